using System.Diagnostics;
using System.Globalization;
using Streaming.Models.Media;
using Streaming.Server.Workloads.Media;

namespace Streaming.Server.Bench;

/// <summary>What hostile and good pictures cost: one core, milliseconds a file.</summary>
internal sealed class MediaBench(int rounds)
{
    private const int MemoryRounds = 50;

    private readonly MediaDecoder _decoder = new(new MediaLimits());

    /// <summary>Every figure, as it is measured.</summary>
    public IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        yield return Hostile(cancellationToken);
        yield return Memory(cancellationToken);
        foreach (var (type, side) in new[] { (ImageType.Jpeg, 224), (ImageType.Png, 224), (ImageType.WebP, 224), (ImageType.Jpeg, 1_080) })
            yield return Good(type, side, cancellationToken);
    }

    // The worst file of the corpus by its best time: a round that the machine spent elsewhere is not the file's.
    private BenchFigure Hostile(CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var worst = 0.0;
        foreach (var sample in HostileMedia.All)
        {
            var run = Times(() => Refuse(sample), cancellationToken);
            times.AddRange(run);
            worst = Math.Max(worst, run.Min());
        }
        times.Sort();
        return new("media", string.Create(CultureInfo.InvariantCulture, $"hostile_worst_of_{HostileMedia.All.Count}"), Math.Round(worst, 3), "ms")
        {
            P50 = Math.Round(times[times.Count / 2], 4),
            P99 = Math.Round(times[times.Count * 99 / 100], 4),
        };
    }

    // Resident memory, native and managed, after many rounds more than after the first ones, which fill pools and caches.
    private BenchFigure Memory(CancellationToken cancellationToken)
    {
        var after = new long[2];
        for (var half = 0; half < after.Length; half++)
        {
            for (var round = 0; round < MemoryRounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var sample in HostileMedia.All)
                    Refuse(sample);
            }
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            after[half] = process.WorkingSet64;
        }
        return new("media", string.Create(CultureInfo.InvariantCulture, $"hostile_resident_growth_{MemoryRounds * HostileMedia.All.Count}_files"), Math.Round((after[1] - after[0]) / 1048576.0, 2), "MiB");
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
