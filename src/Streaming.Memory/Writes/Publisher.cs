using Streaming.Memory.Upkeep;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Writes;

/// <summary>Makes a batch visible, and does a bounded amount of upkeep. The writer's.</summary>
/// <remarks>
/// How a batch becomes visible:
/// <list type="number">
/// <item>The writer adds rows that begin at version p + 1, and ends replaced rows at p + 1, where p is the published version.
/// Readers of versions ≤ p meet both, and the begin hides the former and the end does not yet hide the latter.</item>
/// <item>Publish stores the reference of p + 1 with release semantics, after everything above.</item>
/// <item>A reader loads the reference with acquire semantics, so whoever sees p + 1 sees all that was written before it.</item>
/// </list>
/// </remarks>
internal sealed class Publisher(NamespaceParts parts, WriteBatch batch, UpkeepPace upkeep, OldestEvent oldest)
{
    private long _sizeBytes;

    /// <summary>As of the last publish. Any thread.</summary>
    public long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <inheritdoc cref="VectorNamespace.Publish"/>
    public long Publish()
    {
        upkeep.Settle();
        if (batch.IsDirty)
            parts.Versions.Publish(new MemoryVersion(batch.Version, parts.NowMs(), new(batch.LiveEntries, parts.Tombstones.Count)));
        else
            parts.Versions.Advance(parts.NowMs());
        upkeep.Published(batch.Writes);
        oldest.Run();
        Interlocked.Exchange(ref _sizeBytes, parts.Rows.SizeBytes + parts.Lists.SizeBytes + parts.Index.SizeBytes);
        batch.Published();
        return parts.Versions.Newest.Number;
    }
}
