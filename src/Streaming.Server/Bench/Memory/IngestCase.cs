using System.Diagnostics;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>
/// Upserts a second of one thread into a filled, trained namespace, half new ids and half replacing ones, published in batches of 1,000;
/// the median of five passes. What a batch wrote last must be found right after it.
/// </summary>
internal sealed class IngestCase(string name, int dimension) : IMemoryCase
{
    private const int Passes = 5;
    private const int CheckEvery = 10;
    private static readonly SearchOptions Thorough = new() { Lists = 64, Candidates = 400 };

    public string Name => name;

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(dimension, MemoryBenchRun.Hard, cancellationToken);
        var batches = Math.Max(1, data.Base.Count / 10 / MemoryWriter.BatchWrites);
        var fresh = MemoryBenchRun.Fresh(dimension, Passes * batches * MemoryWriter.BatchWrites);
        var writer = MemoryWriter.Filled(data.Base, cancellationToken);
        var load = new IngestLoad(writer, fresh, data.Base.Count, grows: true);
        var rates = new List<double>();
        for (var pass = 0; pass < Passes; pass++)
            rates.Add(Pass(writer, load, batches, cancellationToken));
        var peer = run.Peers.FastestScannWriter(data, MemoryBenchRun.Goal(dimension), cancellationToken);
        yield return MemoryBenchRun.Figure(name, data.Base.Count, rates.Order().ElementAt(Passes / 2), "upserts/s, visible to the next query") with
        {
            Peer = peer is null ? null : $"{peer.Peer}, single upserts/s",
            PeerValue = peer?.InsertsPerSecond,
        };
    }

    private static double Pass(MemoryWriter writer, IngestLoad load, int batches, CancellationToken cancellationToken)
    {
        var clock = new Stopwatch();
        for (var batch = 0; batch < batches; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            load.Prepare();
            clock.Start();
            load.Write();
            clock.Stop();
            if (batch % CheckEvery == 0)
                RequireVisible(writer, load);
        }
        return batches * MemoryWriter.BatchWrites / clock.Elapsed.TotalSeconds;
    }

    // A rate of writes that no query sees would be no rate.
    private static void RequireVisible(MemoryWriter writer, IngestLoad load)
    {
        using var snapshot = writer.Memory.Snapshot();
        if (!snapshot.TryGet(load.LastId, out _) || snapshot.Search(load.LastVector, MemoryData.Neighbours, Thorough).Neighbours.All(n => n.Id != load.LastId))
            throw new InvalidOperationException($"{load.LastId} was published in version {snapshot.Version} and is not found.");
    }
}
