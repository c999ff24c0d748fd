using Streaming.Memory.Snapshots;

namespace Streaming.Server.Composition;

/// <summary>A snapshot that is on the disk.</summary>
/// <param name="Path">Its file.</param>
/// <param name="CapturedAt">When its version was the newest.</param>
/// <param name="Version">That version, as the process that wrote it counted.</param>
/// <param name="Entries">Entries in it.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record WrittenSnapshot(string Path, DateTimeOffset CapturedAt, long Version, long Entries, long Bytes)
{
    public static WrittenSnapshot Of(SnapshotHeader header, FileInfo file) =>
        new(file.FullName, DateTimeOffset.FromUnixTimeMilliseconds(header.CapturedAtMs), header.Version, header.Entries, file.Length);
}
