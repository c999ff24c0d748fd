namespace Streaming.Server.Media;

/// <summary>A video on disk while it is taken apart: a container's index is often at its end, so a pipe would not do. Readable by this user only.</summary>
internal sealed class VideoFile : IDisposable
{
    public VideoFile(ReadOnlySpan<byte> data)
    {
        // Created anew, with mode 600.
        Path = System.IO.Path.GetTempFileName();
        File.WriteAllBytes(Path, data);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
