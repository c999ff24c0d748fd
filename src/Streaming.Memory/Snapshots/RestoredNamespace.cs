namespace Streaming.Memory.Snapshots;

/// <summary>A namespace that was made from a snapshot.</summary>
/// <param name="Namespace">
/// Its entries are seen from its first <see cref="VectorNamespace.Publish"/> on, so that those of sources that others own by now can be removed before.
/// </param>
/// <param name="Header">What it was made from.</param>
public sealed record RestoredNamespace(VectorNamespace Namespace, SnapshotHeader Header);
