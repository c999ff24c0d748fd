using System.Net;
using System.Net.Sockets;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Embedded;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Topics;

[Collection(RealKafkaCollection.Name)]
public sealed class ClusterIdentityTests(RealKafkaFixture kafka)
{
    [RealKafkaFact]
    public void The_identity_is_the_id_that_the_cluster_was_formatted_with()
    {
        var id = ClusterIdentity.Read(new KafkaOptions { BootstrapServers = kafka.BootstrapServers }, TimeSpan.FromSeconds(30));

        Assert.NotEmpty(id);
        Assert.Equal(kafka.ClusterId ?? id, id);
    }

    [Fact]
    public void Built_in_clusters_have_an_identity_too()
    {
        using var cluster = new EmbeddedCluster();

        Assert.NotEmpty(ClusterIdentity.Read(cluster.Options, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void An_address_where_nobody_answers_is_a_time_out_that_names_it()
    {
        var dead = $"127.0.0.1:{UnusedPort()}";

        var error = Assert.Throws<TimeoutException>(
            () => ClusterIdentity.Read(new KafkaOptions { BootstrapServers = dead }, TimeSpan.FromSeconds(1)));

        Assert.Equal($"no Kafka broker at '{dead}' answered within 1 s", error.Message);
    }

    [Theory]
    [InlineData("no.such.setting", "1")]
    [InlineData("linger.ms", "soon")]
    [InlineData("security.protocol", "carrier_pigeon")]
    public void A_refused_setting_is_an_error_that_names_it(string name, string value)
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", Settings = new Dictionary<string, string> { [name] = value } };

        var error = Assert.Throws<KafkaSettingException>(() => ClusterIdentity.Read(options, TimeSpan.FromSeconds(1)));

        Assert.StartsWith($"kafka.{name}: ", error.Message, StringComparison.Ordinal);
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
