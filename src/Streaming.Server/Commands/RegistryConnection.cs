using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Runtime.Records;

namespace Streaming.Server.Commands;

/// <summary>The model registry of a cluster, read to its end.</summary>
internal sealed class RegistryConnection : IDisposable
{
    private readonly Topology _topology;
    private readonly Cluster _cluster;

    private RegistryConnection(Topology topology, Cluster cluster) => (_topology, _cluster) = (topology, cluster);

    /// <summary>What the registry said when it was read.</summary>
    public CreativeModels Models { get; } = new();

    /// <summary>Its user models.</summary>
    public ModelRegistry Known => Models.UserModels;

    /// <summary>The cluster whose registry it is.</summary>
    public Cluster Cluster => _cluster;

    /// <summary>Makes the topic if it is missing, and reads it. Takes over <paramref name="cluster"/>.</summary>
    public static async Task<RegistryConnection> OpenAsync(Topology topology, Cluster cluster, CancellationToken cancellationToken)
    {
        var registry = new RegistryConnection(topology, cluster);
        var name = topology.Topics.ModelRegistry.Name;
        var partitions = await cluster.Topics.EnsureAsync([TopicDefinitions.ModelRegistry(topology)], cancellationToken);
        if (partitions[name] != 1)
            throw new CommandException($"topic '{name}' has {partitions[name]} partitions: it must have 1, whose order decides which model is in effect");
        var reader = new KafkaLogReader(cluster.Options, Logging.To(LogLevel.Warning).CreateLogger<KafkaLogReader>());
        await Task.Run(() => reader.ReadToEnd(new(name, 0), registry.Take, cancellationToken), cancellationToken);
        return registry;
    }

    /// <summary>Appends records; back when the brokers have them.</summary>
    public async Task WriteAsync(IEnumerable<ModelPromotion> promotions, CancellationToken cancellationToken)
    {
        using var producer = new StreamingProducer(_cluster.Client("/streaming/model"), _topology, TimeProvider.System);
        foreach (var promotion in promotions)
        {
            var key = ModelRegistry.KeyOf(promotion.Role, promotion.ModelVersion);
            var id = string.Create(CultureInfo.InvariantCulture, $"{key}@{promotion.PromotedAtMs}");
            // One after the other: their order is what they say.
            await producer.SendRawAsync(_topology.Topics.ModelRegistry.Name, key, promotion.ToByteArray(), id, "streaming.v1.ModelPromotion").WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _cluster.Dispose();

    private void Take(InputRecord record)
    {
        if (record.Key is not null)
            Models.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : ModelPromotion.Parser.ParseFrom(record.Value));
    }
}
