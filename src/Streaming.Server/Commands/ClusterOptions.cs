using System.CommandLine;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Embedded;
using Streaming.Kafka.Topics;

namespace Streaming.Server.Commands;

/// <summary>The options by which a command finds its cluster.</summary>
internal sealed class ClusterOptions
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly Option<string?> _bootstrap = new("--bootstrap-servers")
    {
        Description = "Kafka brokers, host:port,... Without it: librdkafka's built-in cluster in this process. Any client setting: --kafka.<setting> VALUE",
    };

    private readonly KafkaSettings _settings;

    /// <param name="command">Gets the options.</param>
    /// <param name="settings">Client settings from the command line and the environment.</param>
    /// <param name="required">The command cannot do without a cluster.</param>
    /// <param name="embedded">Without brokers the command uses the built-in cluster; if not, it has no cluster at all.</param>
    public ClusterOptions(Command command, KafkaSettings settings, bool required = false, bool embedded = true)
    {
        _settings = settings;
        _bootstrap.Required = required;
        if (required || !embedded)
            _bootstrap.Description = "Kafka brokers, host:port,... Any client setting: --kafka.<setting> VALUE";
        command.Options.Add(_bootstrap);
    }

    public bool IsGiven(ParseResult result) => result.GetValue(_bootstrap) is not null;

    /// <summary>Opens the cluster that the options name, or the embedded one.</summary>
    public Cluster Open(ParseResult result, string? instanceId = null)
    {
        _settings.Check();
        if (result.GetValue(_bootstrap) is { } servers)
        {
            var options = new KafkaOptions { BootstrapServers = servers, Settings = _settings.Values, InstanceId = instanceId };
            return new Cluster(options, new KafkaTopicAdmin(options), null);
        }
        var embedded = new EmbeddedCluster();
        return new Cluster(embedded.Options with { Settings = _settings.Values }, embedded, embedded);
    }

    /// <summary>Opens the real cluster that a command only produces to or reads from, once a broker of it has answered.</summary>
    /// <exception cref="TimeoutException">None answers; a client would go on trying for minutes without a word.</exception>
    public async Task<Cluster> ConnectAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var cluster = Open(result);
        await Task.Run(() => ClusterIdentity.Read(cluster.Options, ConnectTimeout), cancellationToken);
        return cluster;
    }
}
