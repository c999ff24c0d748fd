namespace Streaming.Server.Commands;

/// <summary>The state folder of a command: a named one is kept, a temporary one is deleted at the end.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly bool _temporary;

    private WorkFolder(string path, bool temporary) => (Path, _temporary) = (path, temporary);

    public string Path { get; }

    public static WorkFolder Of(string? path) => path is not null ? new(path, false) : new(Directory.CreateTempSubdirectory("streaming-").FullName, true);

    public void Dispose()
    {
        if (_temporary)
            Directory.Delete(Path, recursive: true);
    }
}
