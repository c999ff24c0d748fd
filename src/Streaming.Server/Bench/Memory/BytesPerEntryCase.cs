namespace Streaming.Server.Bench.Memory;

/// <summary>Bytes that a filled namespace holds for an entry with an id of eight characters and no attributes: vectors, codes, index and all.</summary>
internal sealed class BytesPerEntryCase : IMemoryCase
{
    private static readonly int[] Dimensions = [32, 64];

    public string Name => "bytes_per_entry";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        foreach (var dimension in Dimensions)
        {
            var memory = MemoryWriter.Filled(run.Mixture(dimension, MemoryBenchRun.Hard, cancellationToken).Base, cancellationToken).Memory;
            yield return MemoryBenchRun.Figure($"bytes_per_entry_{dimension}", memory.LiveEntries, (double)memory.SizeBytes / memory.LiveEntries, "bytes/entry");
        }
    }
}
