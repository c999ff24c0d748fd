using System.Text;
using Microsoft.Extensions.Logging;
using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;

namespace Streaming.Server.Commands;

/// <summary>Reads feature topics of creative models as they are now.</summary>
internal static class CreativeTopics
{
    /// <summary>Compares a model's features with those of the model in effect, over all creatives.</summary>
    public static Task<CreativeModelComparison> CompareAsync(Topology topology, Cluster cluster, ModelPromotion? inEffect, ModelPromotion other, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var live = await ReadAsync(cluster, inEffect?.FeatureTopic ?? topology.Topics.CreativeFeatures.Name, cancellationToken);
            var features = await ReadAsync(cluster, other.FeatureTopic, cancellationToken);
            return CreativeModelComparison.Of(live, features, new CreativeModelVersions(other.EncoderVersion, other.CodebookVersion));
        },
        cancellationToken);

    private static async Task<Dictionary<string, CreativeIds>> ReadAsync(Cluster cluster, string topic, CancellationToken cancellationToken)
    {
        var partitions = (await cluster.Topics.EnsureAsync([], cancellationToken)).GetValueOrDefault(topic);
        var reader = new KafkaLogReader(cluster.Options, Logging.To(LogLevel.Warning).CreateLogger<KafkaLogReader>());
        var creatives = new Dictionary<string, CreativeIds>(StringComparer.Ordinal);
        for (var partition = 0; partition < partitions; partition++)
        {
            reader.ReadToEnd(
                new(topic, partition),
                record =>
                {
                    if (record.Key is null)
                        return;
                    var id = Encoding.UTF8.GetString(record.Key);
                    if (record.Value is null)
                        creatives.Remove(id);
                    else if (CreativeIds.Of(CreativeFeatures.Parser.ParseFrom(record.Value)) is var read && (!creatives.TryGetValue(id, out var held) || FeatureVersions.Replaces(held.Version, read.Version)))
                        creatives[id] = read;
                },
                cancellationToken);
        }
        return creatives;
    }
}
