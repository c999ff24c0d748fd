using System.Diagnostics.Metrics;
using Streaming.Server.Composition.Adapters;

namespace Streaming.Server.Composition;

/// <summary>Gauges over what an instance holds, read when metrics are.</summary>
internal static class PlatformGauges
{
    private static readonly string[] RoleNames = ["users", "creatives", "memory"];

    public static void Register(Platform platform)
    {
        var metrics = platform.Metrics;
        metrics.Observe("streaming.consumer.lag", "{record}", "Records that are in a source partition and not applied yet", () => Lags(platform));
        metrics.Observe("streaming.sequence_cache.size", "By", "K/V caches in memory", () => [new(platform.Sequences?.Cache.SizeBytes ?? 0)]);
        metrics.Observe("streaming.sequence_cache.users", "{user}", "Users whose K/V cache is in memory", () => [new(platform.Sequences?.Cache.Count ?? 0)]);
        metrics.Observe("streaming.model.info", "{model}", "1 for the sequence model that runs, with its version and engine", () => Model(platform));
        metrics.Observe("streaming.creative_table.entries", "{creative}", "Creatives that user events can be joined with", () => [new(platform.Creatives.Count)]);
        metrics.Observe("streaming.memory.entries", "{entry}", "Live entries of a memory namespace", () => Memory(platform, n => n.LiveEntries));
        metrics.Observe("streaming.memory.size", "By", "Memory held by a namespace", () => Memory(platform, n => n.SizeBytes));
        metrics.Observe("streaming.memory.version", "{version}", "Newest version of a namespace", () => Memory(platform, n => n.Version));
    }

    private static IEnumerable<Measurement<long>> Model(Platform platform)
    {
        if (platform.Sequences?.Model is HstuSequenceModel model)
            yield return new(1, new("role", "users"), new("model_version", model.Version), new("trained", model.Trained ? "true" : "false"), new("engine", model.EngineName), new("kv_precision", model.KvPrecision));
    }

    private static IEnumerable<Measurement<long>> Lags(Platform platform) =>
        from role in RoleNames
        from position in platform.Positions(role)
        where position.Lag is not null
        select new Measurement<long>(position.Lag ?? 0, new("role", role), new("topic", position.Partition.Topic), new("partition", position.Partition.Partition));

    private static IEnumerable<Measurement<long>> Memory(Platform platform, Func<Streaming.Memory.VectorNamespace, long> read) =>
        platform.Namespaces.Values.Select(n => new Measurement<long>(read(n), new KeyValuePair<string, object?>("namespace", n.Options.Name)));
}
