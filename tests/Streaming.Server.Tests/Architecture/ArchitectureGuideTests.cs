namespace Streaming.Server.Tests.Architecture;

public sealed class ArchitectureGuideTests
{
    [Fact]
    public void Every_file_that_the_guide_names_exists()
    {
        var named = NamedFiles.In(RepositoryFiles.Read("ARCHITECTURE.md"));
        Assert.True(named.Count >= 10, $"the guide names {named.Count} files; it follows an event through at least ten");
        Assert.All(named, path => Assert.True(NamedFiles.Exists(path), $"ARCHITECTURE.md names {path}, which does not exist"));
    }

    [Fact]
    public void Names_are_found_in_links_and_code_and_a_missing_file_is_seen()
    {
        const string Guide = "See [tasks](src/Streaming.Runtime/Tasks/StreamTask.cs), `topologies/ads.yaml`, `StreamThread.cs`, `src/Streaming.Runtime/Tasks/Gone.cs`,\n"
            + "`Gone.cs`, [gone](docs/gone.md#part), but not `/v1/users/{id}`, `user-events`, `StreamTask` or [the web](https://example.org/a.md).";
        Assert.Equal(
            ["src/Streaming.Runtime/Tasks/StreamTask.cs", "docs/gone.md", "topologies/ads.yaml", "StreamThread.cs", "src/Streaming.Runtime/Tasks/Gone.cs", "Gone.cs"],
            NamedFiles.In(Guide));
        Assert.Equal(["docs/gone.md", "src/Streaming.Runtime/Tasks/Gone.cs", "Gone.cs"], NamedFiles.In(Guide).Where(p => !NamedFiles.Exists(p)));
    }
}
