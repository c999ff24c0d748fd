using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Core.Validation;
using Streaming.Models.Media;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Tasks;

namespace Streaming.Server.Media;

/// <summary>Gets and decodes the media of creatives, for one stream thread.</summary>
/// <remarks>
/// A slot is taken before a medium is asked for and given back once its creative has been processed, so at most
/// <see cref="MediaFetchOptions.Concurrency"/> fetched media are held. Slots are taken in the order of the creatives, and a creative with more
/// media than slots is rejected: so the next creative to be processed always has its slots, and nothing waits for ever.
/// </remarks>
internal sealed class CreativeMediaReader(MediaOptions options, MediaFetcher fetcher, VideoSampler? videos, MediaMetrics metrics, TimeProvider clock) : ICreativeMediaReader, IDisposable
{
    // All pictures of one creative together, as a multiple of what one may have.
    private const int PicturesAtMost = 4;

    private readonly MediaDecoder _decoder = new(new MediaLimits { MaxBytes = (int)options.MaxBytes, MaxPixels = options.MaxPixels, MaxFrames = options.MaxFrames });
    private readonly SemaphoreSlim _slots = new(options.Fetch.Concurrency);

    public IMediaRequest? Begin(Creative creative)
    {
        var waits = creative.Media.Index().Where(m => Waits(m.Item)).ToList();
        if (waits.Count == 0 || waits.Count > options.Fetch.Concurrency)
            return null;
        var stop = new CancellationTokenSource();
        return new MediaRequest(waits.ToDictionary(m => m.Index, m => ArriveAsync(m.Item, stop.Token)), stop);
    }

    public MediaReading Read(Creative creative, IMediaRequest? request)
    {
        if (creative.Media.Count == 0)
            return new(CreativePictures.None, null);
        // The processor asks ahead; only a creative that became valid since then is waited for here.
        using var own = request is null ? Begin(creative) : null;
        own?.Wait(Timeout.InfiniteTimeSpan);
        var reading = new PictureReading(_decoder, (long)PicturesAtMost * options.MaxPixels, metrics, clock);
        for (var i = 0; i < creative.Media.Count; i++)
        {
            if (Read(creative.Media[i], i, (MediaRequest?)(request ?? own), reading) is not { } rejection)
                continue;
            reading.Dispose();
            return new(null, rejection);
        }
        return new(reading.Take(), null);
    }

    public void Dispose()
    {
        fetcher.Dispose();
        videos?.Dispose();
        _slots.Dispose();
    }

    private Rejection? Read(CreativeMedia medium, int index, MediaRequest? request, PictureReading reading)
    {
        reading.Lasts(medium.DurationMs == 0 ? null : TimeSpan.FromMilliseconds(medium.DurationMs));
        var arrived = request?[index];
        if (medium.ContentCase == CreativeMedia.ContentOneofCase.Uri)
        {
            if (arrived is null)
                return Refused("too_many", Rejection.Invalid(new Violation($"media[{index}].uri", medium.Uri, $"must be one of at most {options.Fetch.Concurrency} media by URI (creatives.media.fetch.concurrency)")));
            if (arrived.Fetched is { Refusal: { } rule } fetched)
                return Refused(fetched.Failed ? "fetch_failed" : "uri_refused", Fetch(new Violation($"media[{index}].uri", medium.Uri, rule), fetched.Failed));
        }
        var mimeType = MimeType(medium, arrived);
        if (IsVideo(mimeType))
            return arrived?.Video is { } video ? Video(video, index, reading) : Skip();
        var data = arrived?.Fetched is { } file ? file.Data.Span : medium.Data.Span;
        return reading.Add(data, mimeType) is { } fault ? Refused(Name(fault.Verdict), Rejection.Invalid(Of(fault, index, medium))) : null;
    }

    private Rejection? Video(VideoResult video, int index, PictureReading reading)
    {
        if (video.Fault is { } fault)
            return Refused(Name(fault.Verdict), Rejection.Invalid(fault.Of(index)));
        reading.Lasts(video.Duration);
        reading.Add(video.Frames);
        return null;
    }

    // Without a decoder a video is a medium that this deployment cannot look at: its creative lives from the rest.
    private Rejection? Skip()
    {
        metrics.Skipped("no_video_decoder");
        return null;
    }

    private async Task<ArrivedMedium> ArriveAsync(CreativeMedia medium, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new(FetchResult.NotGot("was given up"), null);
        }
        // The end of the request, which comes after its creative, gives the slot back.
        cancellationToken.Register(() => _slots.Release());
        var fetched = medium.ContentCase == CreativeMedia.ContentOneofCase.Uri ? await fetcher.FetchAsync(medium.Uri, cancellationToken).ConfigureAwait(false) : null;
        var arrived = new ArrivedMedium(fetched, null);
        if (videos is null || fetched?.Refusal is not null || !IsVideo(MimeType(medium, arrived)))
            return arrived;
        return arrived with { Video = await videos.SampleAsync(fetched?.Data ?? medium.Data.Memory, MimeType(medium, arrived), cancellationToken).ConfigureAwait(false) };
    }

    private bool Waits(CreativeMedia medium) => medium.ContentCase == CreativeMedia.ContentOneofCase.Uri || (videos is not null && IsVideo(medium.MimeType));

    private Rejection Refused(string reason, Rejection rejection)
    {
        metrics.Refused(reason);
        return rejection;
    }

    private static Rejection Fetch(Violation violation, bool failed) =>
        failed ? new Rejection("failed", "fetch", violation.Field, violation.ToString()) : Rejection.Invalid(violation);

    // A fetched file's fault is told with the URI, which is what the sender knows it by.
    private static Violation Of(MediaFault fault, int index, CreativeMedia medium) =>
        medium.ContentCase == CreativeMedia.ContentOneofCase.Uri && fault.Field == "data"
            ? new($"media[{index}].uri", $"{medium.Uri} ({fault.Value})", fault.Rule)
            : fault.Of(index);

    private static string MimeType(CreativeMedia medium, ArrivedMedium? arrived) =>
        medium.MimeType.Length > 0 || arrived?.Fetched is not { } fetched || fetched.MimeType.EndsWith("octet-stream", StringComparison.Ordinal) ? medium.MimeType : fetched.MimeType;

    private static bool IsVideo(string mimeType) => mimeType.AsSpan().TrimStart().StartsWith("video/", StringComparison.OrdinalIgnoreCase);

    private static string Name(MediaVerdict verdict) => verdict switch
    {
        MediaVerdict.Empty => "empty",
        MediaVerdict.TooManyBytes => "too_many_bytes",
        MediaVerdict.UnknownType => "unknown_type",
        MediaVerdict.WrongType => "wrong_type",
        MediaVerdict.BadDimensions => "bad_dimensions",
        MediaVerdict.TooManyFrames => "too_many_frames",
        MediaVerdict.Unsupported => "unsupported",
        _ => "damaged",
    };
}
