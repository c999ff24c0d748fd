using System.Diagnostics;
using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Server.Bench;

/// <summary>Creatives a second on one core: composing, decoding a picture where there is one, tokenising, the graphs. And the share of ONNX Runtime in it.</summary>
internal sealed class EncodeBench(TimeSpan repetition)
{
    private const int Repetitions = 5, Distinct = 512;

    public IEnumerable<BenchFigure> Run(string name, CreativeEncoder encoder, IEnumerable<Creative> creatives, int[] batches, CancellationToken cancellationToken)
    {
        var all = creatives.Take(Distinct).ToList();
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Measure(encoder, all, batch);
            var runs = Enumerable.Range(0, Repetitions).Select(_ => Measure(encoder, all, batch)).OrderBy(r => r.Rate).ToList();
            var median = runs[Repetitions / 2];
            yield return new("creatives", $"{name}_batch{batch}", Math.Round(median.Rate, 1), "creatives/s per core");
            yield return new("creatives", $"{name}_batch{batch}_onnx_share", Math.Round(runs.Average(r => r.Share), 3), "share of the time in ONNX Runtime");
        }
    }

    private (double Rate, double Share) Measure(CreativeEncoder encoder, List<Creative> creatives, int batch)
    {
        var embeddings = new float[batch * encoder.Dimension];
        var (started, inside, done) = (Stopwatch.GetTimestamp(), InferenceClock.Elapsed, 0);
        while (Stopwatch.GetElapsedTime(started) < repetition)
        {
            EncoderInput[] inputs = [.. Enumerable.Range(done, batch).Select(i => Input(creatives[i % creatives.Count], encoder))];
            encoder.Encode(inputs, embeddings);
            foreach (var input in inputs)
                input.Image?.Dispose();
            done += batch;
        }
        var elapsed = Stopwatch.GetElapsedTime(started);
        return (done / elapsed.TotalSeconds, (InferenceClock.Elapsed - inside) / elapsed);
    }

    private static EncoderInput Input(Creative creative, CreativeEncoder encoder) => new(
        CreativeTextComposer.Compose(creative),
        encoder.ReadsImages && creative.Media.Count > 0 ? new MediaDecoder(new MediaLimits()).Decode(creative.Media[0].Data.Span, creative.Media[0].MimeType).Image : null);
}
