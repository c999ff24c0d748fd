using System.Diagnostics.Metrics;

namespace Streaming.Server.Composition;

/// <summary>Gauges over what an instance holds, read when metrics are.</summary>
internal static class PlatformGauges
{
    private static readonly string[] RoleNames = ["users", "creatives", "memory"];

    public static void Register(Platform platform)
    {
        var metrics = platform.Metrics;
        metrics.Observe("streaming.consumer.lag", "{record}", "Records that are in a source partition and not applied yet", () => Lags(platform));
        metrics.Observe("streaming.sequence_cache.size", "By", "K/V caches in memory", () => [new(platform.Sequences.SizeBytes)]);
        metrics.Observe("streaming.creative_table.entries", "{creative}", "Creatives that user events can be joined with", () => [new(platform.Creatives.Count)]);
        metrics.Observe("streaming.memory.entries", "{entry}", "Live entries of a memory namespace", () => Memory(platform, n => n.LiveEntries));
        metrics.Observe("streaming.memory.size", "By", "Memory held by a namespace", () => Memory(platform, n => n.SizeBytes));
        metrics.Observe("streaming.memory.version", "{version}", "Newest version of a namespace", () => Memory(platform, n => n.Version));
    }

    private static IEnumerable<Measurement<long>> Lags(Platform platform) =>
        from role in RoleNames
        from position in platform.Positions(role)
        where position.Lag is not null
        select new Measurement<long>(position.Lag ?? 0, new("role", role), new("topic", position.Partition.Topic), new("partition", position.Partition.Partition));

    private static IEnumerable<Measurement<long>> Memory(Platform platform, Func<Streaming.Memory.VectorNamespace, long> read) =>
        platform.Namespaces.Values.Select(n => new Measurement<long>(read(n), new KeyValuePair<string, object?>("namespace", n.Options.Name)));
}
