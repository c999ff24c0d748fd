using System.Net;

namespace Streaming.Server.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class AdminApiTests(ApiFixture api)
{
    [Theory]
    [InlineData("retrain")]
    [InlineData("compact")]
    [InlineData("snapshot")]
    public async Task An_admin_call_through_any_instance_reaches_those_that_hold_the_namespace_and_may_be_repeated(string call)
    {
        for (var i = 0; i < 2; i++)
        {
            var (status, done) = await api.ApiOnly.AskAsync($"/v1/memory/facts/{call}", "{}");
            Assert.True(status == HttpStatusCode.OK, done.ToJsonString());
            var part = Assert.Single(done["instances"]!.AsArray())!;
            Assert.Equal((api.MemoryOnly.Url, ApiFixture.Facts), ((string)part["instance"]!, (int)part["entries"]!));
        }
    }

    [Theory]
    [InlineData("/v1/memory/nowhere/retrain", 404, "namespace 'nowhere'")]
    [InlineData("/v1/memory/facts/compact?within_seconds=0", 400, "within_seconds = '0'")]
    [InlineData("/v1/memory/facts/snapshot?within_seconds=601", 400, "within_seconds = '601'")]
    [InlineData("/v1/memory/facts/drop", 400, "confirm = '': must repeat the namespace, 'facts'")]
    [InlineData("/v1/memory/facts/drop?confirm=fact", 400, "confirm = 'fact'")]
    [InlineData("/v1/memory/creatives/drop?confirm=creatives", 400, "namespace = 'creatives': must not be one of the creatives")]
    [InlineData("/v1/memory/nowhere/drop?confirm=nowhere", 404, "namespace 'nowhere'")]
    [InlineData("/v1/memory/creatives/compact?version=nothing", 404, "version = 'nothing'")]
    [InlineData("/v1/memory/facts/compact?local=true", 421, "which this instance does not have")]
    public async Task A_refusal_says_why(string path, int expected, string says)
    {
        var (status, problem) = await api.ApiOnly.AskAsync(path, "{}");
        Assert.Equal(expected, (int)status);
        Assert.Contains(says, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_show_what_was_done()
    {
        var trained = (await StreamingProgram.RunAsync("memory", "retrain", "facts", "--api", api.All.Url, "--json")).Exited(0);
        Assert.False((bool)Assert.Single(trained.JsonLines)["instances"]![0]!["training"]!);
        var compacted = (await StreamingProgram.RunAsync("memory", "compact", "facts", "--within", "20", "--api", api.All.Url)).Exited(0);
        Assert.Contains("complete", compacted.Output, StringComparison.Ordinal);
        var written = Assert.Single((await StreamingProgram.RunAsync("memory", "snapshot", "facts", "--api", api.ApiOnly.Url, "--json")).Exited(0).JsonLines)["instances"]![0]!;
        Assert.Equal((ApiFixture.Facts, new FileInfo((string)written["path"]!).Length), ((int)written["entries"]!, (long)written["bytes"]!));
        Assert.True((long)written["version"]! > 0);
        var counted = (await StreamingProgram.RunAsync("memory", "drop", "facts", "--dry-run", "--api", api.ApiOnly.Url, "--json")).Exited(0);
        Assert.Equal(ApiFixture.Facts, (int)Assert.Single(counted.JsonLines)["entries"]!);
        Assert.Contains("namespace 'nowhere'", (await StreamingProgram.RunAsync("memory", "drop", "nowhere", "--dry-run", "--api", api.All.Url)).Exited(3).Error, StringComparison.Ordinal);
        Assert.Contains("namespace 'nowhere'", (await StreamingProgram.RunAsync("memory", "compact", "nowhere", "--api", api.All.Url)).Exited(3).Error, StringComparison.Ordinal);
    }
}
