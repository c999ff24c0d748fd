using Streaming.Core.Validation;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Memory;

/// <summary>The write side of one namespace of the vector memory. One writer thread; a write is seen by queries after <see cref="Publish"/>.</summary>
public interface IMemoryNamespace
{
    /// <summary>The namespace's name.</summary>
    string Name { get; }

    /// <summary>What is wrong with a vector for this namespace (dimension, NaN, zero norm); null when it is good. Empty = a fact without a vector.</summary>
    Violation? Check(ReadOnlySpan<float> vector);

    /// <summary>A partition's records come from now on, until <see cref="RemoveSource"/>.</summary>
    /// <returns>How far the namespace knows them already, from a snapshot: it ignores writes of earlier offsets. Null = not at all.</returns>
    StoreIdentity? Begin(TopicPartition source) => null;

    /// <summary>Everything of a partition before an offset is applied, and what came of it is delivered: a snapshot may say so.</summary>
    void Committed(StoreIdentity source)
    {
    }

    /// <summary>The instance stops: what should be there at its next start is kept now. The last commits have been told.</summary>
    void Stopping()
    {
    }

    /// <summary>Sets an entry; an older event time than the one held is ignored.</summary>
    void Upsert(MemoryEntry entry, MemoryPosition position);

    /// <summary>Deletes an entry; an older event time than the one held is ignored.</summary>
    void Delete(string id, long eventTimeMs, MemoryPosition position);

    /// <summary>Deletes the entries with all of these attributes that are older, also those that are written later.</summary>
    void DeleteWhere(IReadOnlyDictionary<string, string> attributes, long eventTimeMs, MemoryPosition position);

    /// <summary>Deletes all entries that are older, also those that are written later, and snapshots that hold them.</summary>
    void Drop(long eventTimeMs, MemoryPosition position);

    /// <summary>Forgets every entry that came from a source.</summary>
    void RemoveSource(string source);

    /// <summary>
    /// Ends a version: queries see all writes so far. Also takes expired entries out and gives space back, a bounded amount; called after
    /// the records of a poll, and after a poll without any.
    /// </summary>
    void Publish();
}
