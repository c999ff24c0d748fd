using Streaming.Memory.Writes;

namespace Streaming.Memory.Snapshots;

/// <summary>Holds the newest version for a snapshot. The writer's.</summary>
internal sealed class Capturer(NamespaceParts parts, WriteBatch batch)
{
    /// <inheritdoc cref="VectorNamespace.Capture"/>
    public SnapshotCapture Capture(string origin, IReadOnlyList<SourcePosition> positions)
    {
        if (batch.IsDirty)
            throw new InvalidOperationException("A version can be captured when everything written is published.");
        SnapshotHeader header = SnapshotHeader.Of(parts.Options) with
        {
            Origin = origin,
            CapturedAtMs = parts.NowMs(),
            Version = parts.Versions.Newest.Number,
            Entries = batch.LiveEntries,
            Sources = parts.Sources.Names,
            Positions = positions,
        };
        CapturedPartition[] partitions = [.. parts.Lists.Partitions.Select(CapturedPartition.Of)];
        return new SnapshotCapture(header, parts.Rows, parts.Versions, partitions, CapturedRemovals.Of(parts.Tombstones, parts.FilterDeletes));
    }
}
