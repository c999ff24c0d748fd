using System.Diagnostics;
using System.Globalization;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Memory.Snapshots;

namespace Streaming.Server.Bench.Memory;

/// <summary>From a snapshot on disk to the first answer, beside a plain read of the same bytes; and how long the writer pauses to have one written.</summary>
internal sealed class SnapshotStartCase : IMemoryCase
{
    private const int Rounds = 5;
    private const int ReadBytes = 1 << 20;
    private static readonly int[] Dimensions = [64, 32];

    public string Name => "snapshot_start_1m";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        foreach (var dimension in Dimensions)
        {
            foreach (var figure in Measure(run, dimension, attributes: null, suffix: "", cancellationToken))
                yield return figure;
        }
        foreach (var figure in Measure(run, run.Options.Dimension, Attributes, suffix: "_attributes", cancellationToken))
            yield return figure;
    }

    private static IEnumerable<BenchFigure> Measure(
        MemoryBenchRun run, int dimension, Func<int, IReadOnlyDictionary<string, string>>? attributes, string suffix, CancellationToken cancellationToken)
    {
        var rows = MemoryBenchRun.Fresh(dimension, run.Options.Entries);
        var directory = Directory.CreateTempSubdirectory("streaming-bench-snapshot-");
        try
        {
            var (file, pauseMs, entries) = Write(rows, attributes, directory.FullName, cancellationToken);
            List<double> starts = [], reads = [];
            for (var round = 0; round < Rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                reads.Add(Read(file.FullName).TotalSeconds);
                starts.Add(Start(MemoryWriter.Options(dimension), file.FullName, rows[round]).TotalSeconds);
                // The next start has the native memory of this one.
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            yield return MemoryBenchRun.Figure($"snapshot_start_1m_{dimension}{suffix}", entries, Median(starts), "s from a snapshot to the first answer") with
            {
                Setting = string.Create(CultureInfo.InvariantCulture, $"{file.Length:#,0} bytes"),
                Peer = "a plain read of the same bytes, s",
                PeerValue = Math.Round(Median(reads), 4),
            };
            yield return MemoryBenchRun.Figure($"snapshot_pause_{dimension}{suffix}", entries, pauseMs, "ms that the writer pauses for a snapshot, the longest");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // In a method of its own, so that the namespace is garbage before the first start.
    private static (FileInfo File, double PauseMs, int Entries) Write(
        VectorTable rows, Func<int, IReadOnlyDictionary<string, string>>? attributes, string folder, CancellationToken cancellationToken)
    {
        var writer = new MemoryWriter(rows.Dimension);
        writer.Fill(rows, cancellationToken, attributes);
        var (snapshots, longest) = (new SnapshotFolder(folder, kept: 1), TimeSpan.Zero);
        FileInfo? file = null;
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            using var captured = writer.Memory.Capture("bench", []);
            longest = Stopwatch.GetElapsedTime(started) is var pause && pause > longest ? pause : longest;
            file = snapshots.Write(captured);
        }
        return (file!, longest.TotalMilliseconds, writer.Memory.LiveEntries);
    }

    private static TimeSpan Start(NamespaceOptions options, string file, ReadOnlySpan<float> query)
    {
        var started = Stopwatch.GetTimestamp();
        var memory = VectorNamespace.Restore(options, TimeProvider.System, file).Namespace;
        memory.Publish();
        if (memory.Search(query, MemoryData.Neighbours).Neighbours.Count != MemoryData.Neighbours)
            throw new InvalidOperationException("The restored namespace found too little.");
        return Stopwatch.GetElapsedTime(started);
    }

    private static TimeSpan Read(string file)
    {
        var started = Stopwatch.GetTimestamp();
        using var handle = File.OpenHandle(file, options: FileOptions.SequentialScan);
        var buffer = new byte[ReadBytes];
        for (long at = 0, read; (read = RandomAccess.Read(handle, buffer, at)) > 0;)
            at += read;
        return Stopwatch.GetElapsedTime(started);
    }

    // As a creative has them: a title of its own, a category, an advertiser, a semantic ID.
    private static Dictionary<string, string> Attributes(int row) => new(StringComparer.Ordinal)
    {
        ["title"] = string.Create(CultureInfo.InvariantCulture, $"An advertisement with a title, number {row}"),
        ["category"] = string.Create(CultureInfo.InvariantCulture, $"category {row % 97}"),
        ["advertiser_id"] = string.Create(CultureInfo.InvariantCulture, $"advertiser-{row % 9_973}"),
        ["semantic_id"] = string.Create(CultureInfo.InvariantCulture, $"{row % 512}-{row / 512 % 512}-0"),
    };

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
