namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A folder of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("streaming-runtime-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
