namespace Streaming.Memory.Snapshots;

/// <summary>A snapshot is refused, whole: fall back to an older one, or rebuild the namespace from its topics.</summary>
public sealed class SnapshotException(string path, string reason, Exception? inner = null) : Exception($"snapshot '{path}' is refused: {reason}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;
}
