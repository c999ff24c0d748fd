namespace Streaming.Server.Tests.Workloads;

/// <summary>A directory with the files of a small data set, removed at the end.</summary>
internal sealed class TemporaryDataSet : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("streaming-data-").FullName;

    public TemporaryDataSet With(string file, params string[] lines)
    {
        File.WriteAllLines(System.IO.Path.Combine(Path, file), lines);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
