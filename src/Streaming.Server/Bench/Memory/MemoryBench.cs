using Streaming.Server.Commands;

namespace Streaming.Server.Bench.Memory;

/// <summary>The vector memory beside other libraries and beside itself: rates at equal recall, and what writes, churn, drift and expiry do to it.</summary>
internal sealed class MemoryBench(MemoryBenchOptions options)
{
    private static readonly IMemoryCase[] All =
    [
        new SearchCase("search_1m_64", MemoryBenchRun.Goal(64), (run, cancellationToken) => run.Mixture(64, MemoryBenchRun.Hard, cancellationToken)),
        new SearchCase("search_1m_32", MemoryBenchRun.Goal(32), (run, cancellationToken) => run.Mixture(32, MemoryBenchRun.Hard, cancellationToken)),
        new SearchCase("search_1m_128", MemoryBenchRun.Goal(128), (run, cancellationToken) => run.Mixture(128, MemoryBenchRun.Hard, cancellationToken)),
        new SearchCase("search_easy_1m_64", MemoryBenchRun.Goal(64), (run, cancellationToken) => run.Mixture(64, MemoryBenchRun.Easy, cancellationToken)),
        new SearchCase("search_real_32", MemoryBenchRun.Goal(32), RealTexts.Data),
        new IngestCase("ingest_32", 32),
        new IngestCase("ingest_64", 64),
        new SearchUnderIngestCase(),
        new ChurnCase(),
        new DriftCase(),
        new FilterCase(),
        new BudgetCase(),
        new ExpiryCase(),
        new AsOfCase(),
        new BytesPerEntryCase(),
        new SnapshotStartCase(),
    ];

    /// <summary>What <c>--case</c> may name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(c => c.Name)];

    /// <summary>Every figure, as it is measured.</summary>
    /// <exception cref="CommandException">A case of that name does not exist, or there are too few entries: show the message.</exception>
    public IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        if (options.Cases.Except(Names).FirstOrDefault() is { } unknown)
            throw new CommandException($"--case '{unknown}': must be one of {string.Join(", ", Names)}");
        if (options.Entries < MemoryBenchOptions.LeastEntries)
            throw new CommandException($"--entries {options.Entries}: {MemoryBenchOptions.LeastEntries} or more");
        return Measure(cancellationToken);
    }

    private IEnumerable<BenchFigure> Measure(CancellationToken cancellationToken)
    {
        using var run = new MemoryBenchRun(options);
        foreach (var measured in All.Where(c => options.Cases.Count == 0 || options.Cases.Contains(c.Name)))
        {
            foreach (var figure in measured.Run(run, cancellationToken))
                yield return figure;
            // The next case starts without this one's native memory.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
