using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;

namespace Streaming.Kafka.Tests.Clients;

public sealed class KafkaOptionsTests
{
    private static readonly KafkaOptions Dead = new() { BootstrapServers = "127.0.0.1:1" };

    [Theory]
    [InlineData(6)]
    [InlineData(300)]
    [InlineData(301)]
    [InlineData(1800)]
    public void Every_session_time_out_that_a_topology_may_have_is_accepted(int seconds)
    {
        using var source = new KafkaRecordSource(Dead, "group", TimeSpan.FromSeconds(seconds), NullLogger.Instance);
    }

    [Fact]
    public void A_setting_of_the_user_wins_over_the_platforms_own()
    {
        var options = Dead with { Settings = new Dictionary<string, string> { ["linger.ms"] = "7", ["heartbeat.interval.ms"] = "1234" } };

        Assert.Equal("7", options.Producer(TimeSpan.FromSeconds(1))["linger.ms"]);
        Assert.Equal("1234", options.Member("group", TimeSpan.FromSeconds(10))["heartbeat.interval.ms"]);
        Assert.Equal("7", options.Reader()["linger.ms"]);
    }

    [Fact]
    public void A_refused_setting_is_an_error_that_names_it()
    {
        var options = Dead with { Settings = new Dictionary<string, string> { ["no.such.setting"] = "1" } };

        var errors = new Action[]
        {
            () => Sinks.Open(options).Dispose(),
            () => new GroupMember(options, "group", "topic").Dispose(),
            () => new KafkaLogReader(options, NullLogger.Instance).ReadAt(new("topic", 0), 0),
        }.Select(Assert.Throws<InvalidOperationException>);

        Assert.All(errors, error => Assert.Contains("no.such.setting", error.Message, StringComparison.Ordinal));
    }
}
