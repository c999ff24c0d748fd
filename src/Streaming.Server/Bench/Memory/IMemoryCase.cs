namespace Streaming.Server.Bench.Memory;

/// <summary>One thing that <c>bench memory</c> measures.</summary>
internal interface IMemoryCase
{
    /// <summary>What <c>--case</c> calls it.</summary>
    string Name { get; }

    /// <summary>Its figures, as they are measured; none when what it needs is not there, which it says on standard error.</summary>
    IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken);
}
