using System.Diagnostics;

namespace Streaming.Server.Tests.Commands;

public sealed class MissingBrokerTests
{
    private const string Nobody = "127.0.0.1:1";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_command_that_needs_a_broker_gives_up_in_bounded_time_and_names_it()
    {
        using var state = new TestDirectory();
        var started = Stopwatch.GetTimestamp();

        var results = await Task.WhenAll(
            StreamingProgram.RunAsync("run", "--bootstrap-servers", Nobody, "--state-dir", state.PathOf("run")),
            StreamingProgram.RunAsync("replay", SmallDataSet.First.Folder, "--bootstrap-servers", Nobody, "--state-dir", state.PathOf("replay")),
            StreamingProgram.RunAsync("tail", "user-events", "--bootstrap-servers", Nobody),
            StreamingProgram.RunAsync(new Dictionary<string, string>(), "{}\n", "produce", "user-events", "--bootstrap-servers", Nobody));

        Assert.All(results, result =>
        {
            result.Exited(1);
            Assert.Equal("", result.Output);
            Assert.StartsWith($"streaming: no Kafka broker at '{Nobody}' answered within", result.LastError, StringComparison.Ordinal);
        });
        Assert.True(Stopwatch.GetElapsedTime(started) < Bound);
    }

    [Theory]
    [InlineData("user", "u-1")]
    [InlineData("creative", "c-1")]
    [InlineData("search", "--text", "shoes")]
    public async Task Without_an_instance_a_client_command_ends_with_1_and_names_the_address(params string[] command)
    {
        var result = (await StreamingProgram.RunAsync([.. command, "--api", $"http://{Nobody}"])).Exited(1);
        Assert.Contains(Nobody, Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
