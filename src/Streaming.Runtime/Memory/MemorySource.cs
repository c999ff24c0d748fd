using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Memory;

/// <summary>One partition as the namespaces that it feeds see it: where they stand, and that they hear of the ends of polls and commits.</summary>
internal sealed class MemorySource
{
    private readonly IReadOnlyList<IMemoryNamespace> _namespaces;

    public MemorySource(TopicPartition partition, IReadOnlyList<IMemoryNamespace> namespaces)
    {
        (_namespaces, Name) = (namespaces, partition.ToString());
        var begins = namespaces.Select(n => n.Begin(partition)).ToList();
        Restored = begins.Contains(null) ? null : begins.MinBy(b => b!.NextOffset);
    }

    /// <summary>As writes name their source.</summary>
    public string Name { get; }

    /// <summary>Where the namespace that knows least goes on; the others leave out what they have. Null when one of them has nothing.</summary>
    public StoreIdentity? Restored { get; }

    public MemoryPosition At(InputRecord record) => new(Name, record.Offset);

    public void Committed(StoreIdentity identity)
    {
        foreach (var space in _namespaces)
            space.Committed(identity);
    }

    public void Publish()
    {
        foreach (var space in _namespaces)
            space.Publish();
    }

    public void Close()
    {
        foreach (var space in _namespaces)
        {
            space.RemoveSource(Name);
            space.Publish();
        }
    }
}
