using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Google.Protobuf;
using Streaming.Client.Tests.Support;
using Streaming.Core.Contracts;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Client.Tests.Security;

/// <summary>SASL PLAIN over TLS, with ACLs that deny by default.</summary>
public sealed class SecureClusterTests
{
    [RealKafkaFact(ownCluster: true)]
    public async Task A_client_with_a_password_and_the_right_to_do_so_produces_and_reads_over_TLS()
    {
        using var kafka = RealKafka.Start(1, secure: true, "auto.create.topics.enable=false");
        var admin = new KafkaOptions { BootstrapServers = kafka.AdminServers };
        var user = new KafkaOptions { BootstrapServers = kafka.BootstrapServers, Settings = Settings(kafka, "streaming-secret") };
        var platform = await new Platform(user).WithTopicsAsync(new KafkaTopicAdmin(admin));

        Assert.Equal(kafka.ClusterId, ClusterIdentity.Read(user, TimeSpan.FromSeconds(30)));
        await DeniedAsync(platform);
        await AllowAsync(admin, "streaming");
        using var producer = platform.Producer();
        using var view = FeatureViews.OfUsers(platform.Options, platform.Topology).Start();
        await view.CaughtUp.WaitAsync(Eventually.Deadline);
        var features = new UserFeatures { UserId = "user-1", Version = 7 };
        await producer.SendRawAsync(platform.Topology.Topics.UserFeatures.Name, "user-1", features.ToByteArray(), "id", "type");
        await producer.SendAsync(Platform.Event);
        await Eventually.HoldsAsync("the features are in the view", () => view.Find("user-1") is not null);

        Assert.Equal(features, view.Find("user-1"));
        Assert.Equal(Platform.Event, UserEvent.Parser.ParseFrom(Assert.Single(await platform.ReadAsync(platform.Topology.Topics.UserEvents)).Value));
        await WrongPasswordAsync(kafka, platform);
    }

    // An idempotent producer needs the right to write to a topic. The brokers refuse the topic or the producer, whichever is asked first.
    private static async Task DeniedAsync(Platform platform)
    {
        using var producer = platform.Producer();
        var denied = await Assert.ThrowsAnyAsync<KafkaException>(() => producer.SendAsync(Platform.Event));
        Assert.Contains(denied.Error.Code, new[] { ErrorCode.TopicAuthorizationFailed, ErrorCode.ClusterAuthorizationFailed });
    }

    private static async Task WrongPasswordAsync(RealKafka kafka, Platform platform)
    {
        var settings = new Dictionary<string, string>(Settings(kafka, "a guess")) { ["message.timeout.ms"] = "1500" };
        using var producer = new StreamingProducer(platform.Options with { Settings = settings }, platform.Topology, TimeProvider.System);

        await Assert.ThrowsAnyAsync<KafkaException>(() => producer.SendAsync(Platform.Event));

        Assert.Single(await platform.ReadAsync(platform.Topology.Topics.UserEvents));
    }

    private static Dictionary<string, string> Settings(RealKafka kafka, string password) => new()
    {
        ["security.protocol"] = "sasl_ssl",
        ["sasl.mechanism"] = "PLAIN",
        ["sasl.username"] = "streaming",
        ["sasl.password"] = password,
        ["ssl.ca.location"] = kafka.CertificateAuthority,
    };

    private static async Task AllowAsync(KafkaOptions options, string user)
    {
        using var admin = new AdminClientBuilder(options.Client()).Build();
        await admin.CreateAclsAsync(new[] { AclOperation.Read, AclOperation.Write, AclOperation.Describe }.Select(operation => new AclBinding
        {
            Pattern = new() { Type = ResourceType.Topic, Name = "*", ResourcePatternType = ResourcePatternType.Literal },
            Entry = new() { Principal = $"User:{user}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
        }));
    }
}
