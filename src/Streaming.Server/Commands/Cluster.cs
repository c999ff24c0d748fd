using Streaming.Client;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;

namespace Streaming.Server.Commands;

/// <summary>A cluster that a command works on; disposing ends it if it is the embedded one.</summary>
internal sealed record Cluster(KafkaOptions Options, ITopicAdmin Topics, IDisposable? Owned) : IDisposable
{
    /// <summary>How a client library reaches the same cluster.</summary>
    public ClientOptions Client(string source) => new()
    {
        BootstrapServers = Options.BootstrapServers,
        Settings = Options.ViewSettings(),
        Source = source,
    };

    public void Dispose() => Owned?.Dispose();
}
