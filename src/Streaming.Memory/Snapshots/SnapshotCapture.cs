using Streaming.Memory.Rows;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Snapshots;

/// <summary>
/// The newest version of a namespace, held so that a snapshot of it can be written by another thread while the namespace's writer goes on.
/// Nothing that its version sees is reclaimed meanwhile: write it soon, and dispose it. Made by <see cref="VectorNamespace.Capture"/>.
/// </summary>
public sealed class SnapshotCapture : IDisposable
{
    private readonly VersionLog _versions;
    private readonly int _slot;
    private bool _disposed;

    internal SnapshotCapture(SnapshotHeader header, RowStore rows, VersionLog versions, IReadOnlyList<CapturedPartition> partitions, CapturedRemovals removals)
    {
        (Header, Rows, Partitions, Removals) = (header, rows, partitions, removals);
        _versions = versions;
        versions.Enter(out _slot);
    }

    /// <summary>What the snapshot will say of itself.</summary>
    public SnapshotHeader Header { get; }

    internal RowStore Rows { get; }

    internal IReadOnlyList<CapturedPartition> Partitions { get; }

    internal CapturedRemovals Removals { get; }

    /// <summary>Writes the snapshot. Use <see cref="SnapshotFolder"/> for one that is there whole or not at all.</summary>
    public void WriteTo(Stream stream)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        new SnapshotWriter(this, stream).Write();
    }

    /// <summary>Lets the version go.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _versions.Leave(_slot);
    }
}
