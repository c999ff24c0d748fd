using System.Diagnostics;
using System.Globalization;
using Streaming.Models.Media;
using Streaming.Server.Workloads.Media;

namespace Streaming.Server.Bench;

/// <summary>What hostile and good pictures cost: one core, milliseconds a file.</summary>
internal sealed class MediaBench(int rounds)
{
    private readonly MediaDecoder _decoder = new(new MediaLimits());

    /// <summary>Every figure, as it is measured.</summary>
    public IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        yield return Hostile(cancellationToken);
        foreach (var (type, side) in new[] { (ImageType.Jpeg, 224), (ImageType.Png, 224), (ImageType.WebP, 224), (ImageType.Jpeg, 1_080) })
            yield return Good(type, side, cancellationToken);
    }

    // The worst file of the corpus by its best time: a round that the machine spent elsewhere is not the file's.
    private BenchFigure Hostile(CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var (worst, name) = (0.0, "");
        foreach (var sample in HostileMedia.All)
        {
            var run = Times(() => Refuse(sample), cancellationToken);
            times.AddRange(run);
            if (run.Min() > worst)
                (worst, name) = (run.Min(), sample.Name);
        }
        times.Sort();
        return new("media", string.Create(CultureInfo.InvariantCulture, $"hostile_{HostileMedia.All.Count}_files_max ({name})"), Math.Round(worst, 3), "ms")
        {
            P50 = Math.Round(times[times.Count / 2], 4),
            P99 = Math.Round(times[times.Count * 99 / 100], 4),
        };
    }

    private BenchFigure Good(ImageType type, int side, CancellationToken cancellationToken)
    {
        var file = SamplePicture.Encode(type, side, side);
        var times = Times(() => _decoder.Decode(file, "").Image!.Dispose(), cancellationToken);
        times.Sort();
        return new("media", string.Create(CultureInfo.InvariantCulture, $"decode_{type.ToString().ToLowerInvariant()}_{side}"), Math.Round(times[times.Count / 2], 3), "ms")
        {
            P50 = Math.Round(times[times.Count / 2], 3),
            P99 = Math.Round(times[times.Count * 99 / 100], 3),
        };
    }

    private void Refuse(MediaSample sample)
    {
        if (_decoder.Decode(sample.Data, sample.MimeType).Verdict == MediaVerdict.Decoded)
            throw new InvalidOperationException($"'{sample.Name}' was taken for a good picture.");
    }

    private List<double> Times(Action run, CancellationToken cancellationToken)
    {
        var times = new List<double>(rounds);
        for (var round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return times;
    }
}
