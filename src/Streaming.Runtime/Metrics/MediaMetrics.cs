using System.Diagnostics.Metrics;

namespace Streaming.Runtime.Metrics;

/// <summary>What the creatives role tells of pictures and videos. Safe for any thread.</summary>
public sealed class MediaMetrics
{
    private static readonly double[] Seconds = [.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30];

    private readonly Counter<long> _refused;
    private readonly Counter<long> _skipped;
    private readonly Histogram<double> _decode;
    private readonly Histogram<double> _fetch;
    private readonly Counter<long> _tagger;

    internal MediaMetrics(Meter meter)
    {
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds };
        _decode = meter.CreateHistogram("streaming.media.decode.duration", "s", "Decoding one picture, or taking one video apart", tags: null, advice: seconds);
        _fetch = meter.CreateHistogram("streaming.media.fetch.duration", "s", "Getting one medium by its URI, by outcome (fetched, refused, failed)", tags: null, advice: seconds);
        _refused = meter.CreateCounter<long>("streaming.media.refused", "{medium}", "Media whose creative went to the dead-letter topic, by reason");
        _skipped = meter.CreateCounter<long>("streaming.media.skipped", "{medium}", "Media that were not looked at, by reason (no_video_decoder)");
        _tagger = meter.CreateCounter<long>("streaming.tagger.answers", "{answer}", "Answers of the language model that tags creatives, by outcome");
    }

    /// <summary>A picture or video became pixels.</summary>
    public void Decoded(string type, TimeSpan duration) => _decode.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("type", type));

    /// <summary>A request for a medium ended.</summary>
    public void Fetched(string outcome, TimeSpan duration) => _fetch.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A medium made its creative a dead letter.</summary>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A medium was passed over.</summary>
    public void Skipped(string reason) => _skipped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>The language model was asked.</summary>
    public void Answered(string outcome) => _tagger.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
