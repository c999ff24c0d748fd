using Streaming.Memory.Snapshots;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>A snapshot in a folder of its own, deleted when disposed.</summary>
internal sealed class SnapshotFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streaming-snapshot-");

    public SnapshotFile(SnapshotCapture capture) => Path = new SnapshotFolder(_directory.FullName, kept: 1).Write(capture).FullName;

    public string Path { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
