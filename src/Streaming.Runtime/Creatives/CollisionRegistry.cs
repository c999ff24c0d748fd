using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Creatives;

/// <summary>
/// Gives creatives with the same codes different ordinals. A creative keeps its ordinal while its codes stay; an ordinal is never given twice.
/// The ordinals of a partition are partition + n·partitions, so that instances need not talk to each other to be unique.
/// </summary>
internal sealed class CollisionRegistry(ITaskState state, string codebookVersion, int partition, int partitions, RuntimeMetrics? metrics = null)
{
    /// <summary>The semantic ID of a creative version; repeated calls with the same offset give the same ID.</summary>
    public SemanticId Assign(string creativeId, ReadOnlySpan<int> codes, long sourceOffset)
    {
        var key = StateKey.SemanticId(creativeId);
        var id = new SemanticId();
        foreach (var code in codes)
            id.Codes.Add((uint)code);
        var held = state.Get(key) is { } stored ? StoredMessage.Parse(SemanticIdState.Parser, key, stored) : null;
        var keeps = held is not null && held.CodebookVersion == codebookVersion && held.Codes.Equals(id.Codes);
        id.Collision = keeps ? held!.Collision : Next(id);
        metrics?.SemanticIdGiven(keeps ? "kept" : id.Collision < partitions ? "first" : "collided");
        var kept = new SemanticIdState { Collision = id.Collision, SourceOffset = sourceOffset, CodebookVersion = codebookVersion };
        kept.Codes.AddRange(id.Codes);
        state.Put(key, kept.ToByteArray());
        return id;
    }

    /// <summary>The offset that was last applied for a creative; −1 for a new one.</summary>
    public long AppliedOffset(string creativeId)
    {
        var key = StateKey.SemanticId(creativeId);
        return state.Get(key) is { } stored ? StoredMessage.Parse(SemanticIdState.Parser, key, stored).SourceOffset : -1;
    }

    private uint Next(SemanticId id)
    {
        var key = StateKey.Collision(codebookVersion, id.Codes);
        var counter = state.Get(key) is { } stored ? StoredMessage.Parse(CollisionState.Parser, key, stored) : new CollisionState();
        var ordinal = counter.NextOrdinal++;
        state.Put(key, counter.ToByteArray());
        return (ordinal * (uint)partitions) + (uint)partition;
    }
}
