using System.Globalization;

namespace Streaming.Memory.Snapshots;

/// <summary>
/// The snapshots of one namespace: files numbered in the order of their making. A snapshot has its name only once all of it is on the disk, so a crash
/// leaves those before it as they were. One writer at a time.
/// </summary>
/// <param name="path">The folder; made with the first snapshot.</param>
/// <param name="kept">Snapshots kept, 1 or more: the newest, and older ones in case it turns out damaged.</param>
public sealed class SnapshotFolder(string path, int kept)
{
    private const string Extension = ".snapshot";
    private const string Unfinished = ".unfinished";

    /// <summary>The folder.</summary>
    public string Path { get; } = path;

    /// <summary>The snapshots, the newest first.</summary>
    public IReadOnlyList<string> Files() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateFiles(Path, "*" + Extension).Where(file => NumberOf(file) is not null).OrderByDescending(file => NumberOf(file))];

    /// <summary>Writes a snapshot, and deletes those that are too many then.</summary>
    /// <returns>Its file.</returns>
    /// <exception cref="IOException">It could not be written; the ones before are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public FileInfo Write(SnapshotCapture capture)
    {
        Directory.CreateDirectory(Path);
        long number = (Files().Select(NumberOf).FirstOrDefault() ?? 0) + 1;
        string file = System.IO.Path.Combine(Path, number.ToString("D8", CultureInfo.InvariantCulture) + Extension), unfinished = file + Unfinished;
        try
        {
            using (FileStream stream = new(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                capture.WriteTo(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, file, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
        foreach (string old in Files().Skip(kept).Concat(Directory.EnumerateFiles(Path, "*" + Unfinished)))
            File.Delete(old);
        return new FileInfo(file);
    }

    private static long? NumberOf(string file) =>
        long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
