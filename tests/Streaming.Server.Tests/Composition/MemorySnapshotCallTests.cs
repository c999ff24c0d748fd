using System.Net;

namespace Streaming.Server.Tests.Composition;

/// <summary>A snapshot that is asked for and cannot be written.</summary>
public sealed class MemorySnapshotCallTests
{
    [Fact]
    public async Task Why_it_could_not_be_written_is_told_for_the_instance()
    {
        using var topology = new TestTopology("");
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.PathOf("state"), "--roles", "memory");
        await instance.ReadyAsync();
        // A file where the folder should be.
        Directory.CreateDirectory(state.PathOf($"state/{topology.Topology.Name}/memory"));
        await File.WriteAllTextAsync(state.PathOf($"state/{topology.Topology.Name}/memory/creatives"), "");

        var (status, done) = await instance.AskAsync("/v1/memory/creatives/snapshot", "{}");
        Assert.Equal((HttpStatusCode.OK, true), (status, (bool)done["partial"]!));
        var part = Assert.Single(done["instances"]!.AsArray())!;
        Assert.Contains("memory/creatives", (string)part["reason"]!, StringComparison.Ordinal);
        Assert.Null(part["path"]);
        var said = (await StreamingProgram.RunAsync("memory", "snapshot", "creatives", "--api", instance.Url)).Exited(1);
        Assert.Contains("reason", said.Output, StringComparison.Ordinal);
    }
}
