namespace Streaming.TestSupport;

/// <summary>A new folder under the temporary one, deleted with all it holds when disposed.</summary>
public sealed class TestDirectory : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("streaming-test-").FullName;

    /// <summary>A path inside it.</summary>
    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
