using System.Diagnostics.Metrics;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Memory;
using Streaming.Memory.Recall;
using Streaming.Server.Composition.Adapters;

namespace Streaming.Server.Composition;

/// <summary>Gauges over what an instance holds, read when metrics are.</summary>
internal static class PlatformGauges
{
    public static void Register(Platform platform)
    {
        var metrics = platform.Metrics;
        metrics.Observe("streaming.consumer.lag", "{record}", "Records that are in a source partition and not applied yet", () => Lags(platform));
        metrics.Observe("streaming.sequence_cache.size", "By", "K/V caches in memory", () => [new(platform.Sequences?.Cache.SizeBytes ?? 0)]);
        metrics.Observe("streaming.sequence_cache.users", "{user}", "Users whose K/V cache is in memory", () => [new(platform.Sequences?.Cache.Count ?? 0)]);
        metrics.Observe("streaming.model.info", "{model}", "1 for the sequence model that runs, with its version and engine", () => Model(platform));
        metrics.Observe("streaming.creative_model.info", "{model}", "1 for each creative model that the registry knows, with its state here", () => CreativeModels(platform));
        metrics.Observe("streaming.creative_model.backfill_remaining", "{record}", "Creatives in owned partitions that another creative model than the topology's has not seen yet", () => Remaining(platform));
        metrics.Observe("streaming.creative_table.entries", "{creative}", "Creatives that user events can be joined with", () => [new(platform.Creatives.Count)]);
        metrics.Observe("streaming.memory.entries", "{entry}", "Live entries of a memory namespace", () => Memory<long>(platform, n => n.LiveEntries));
        metrics.Observe("streaming.memory.size", "By", "Memory held by a namespace", () => Memory<long>(platform, n => n.SizeBytes));
        metrics.Observe("streaming.memory.rows", "{row}", "Rows held by a namespace: entries, and what was not reclaimed yet", () => Memory<long>(platform, n => n.StoredRows));
        metrics.Observe("streaming.memory.lists", "{list}", "Posting lists of a namespace; 1 while every search is exact", () => Memory<long>(platform, n => n.Lists));
        metrics.Observe("streaming.memory.moving", "{namespace}", "1 while entries of a namespace move to newly trained lists", () => Memory<long>(platform, n => n.IsMoving ? 1 : 0));
        metrics.ObserveRatio("streaming.memory.drift", "How far new vectors lie from a namespace's lists, relative to those that the lists were trained on", () => Memory<double>(platform, n => n.Drift));
        metrics.ObserveRatio("streaming.memory.recall", "Share of the exact neighbours that searches of a namespace found, on a sample of the last ten minutes", () => Recalls(platform, e => e.Recall));
        metrics.Observe("streaming.memory.recall_samples", "{search}", "Searches that the recall of a namespace was measured on", () => Recalls<long>(platform, e => e.Samples));
        metrics.Observe("streaming.memory.tombstones", "{removal}", "Removals that a namespace remembers", () => Memory<long>(platform, n => n.Tombstones));
        metrics.Observe("streaming.memory.version", "{version}", "Newest version of a namespace", () => Memory<long>(platform, n => n.Version));
        metrics.Observe("streaming.memory.snapshot.size", "By", "Newest snapshot of a namespace on disk", () => Snapshots(platform, s => s.Bytes));
        metrics.Observe("streaming.memory.snapshot.age", "s", "Since the newest snapshot of a namespace was captured", () => Snapshots(platform, s => (long)(platform.Clock.GetUtcNow() - s.CapturedAt).TotalSeconds));
        metrics.Observe("streaming.memory.oldest_version", "{version}", "Oldest version of a namespace that can be asked for", () => Memory<long>(platform, n => n.OldestVersion));
        metrics.Observe("streaming.memory.oldest_entry.age", "s", "Age of a namespace's oldest entry, by event time", () => OldestAges(platform));
    }

    private static IEnumerable<Measurement<long>> Model(Platform platform)
    {
        if (platform.Sequences?.Model is HstuSequenceModel model)
            yield return new(1, new("role", "users"), new("model_version", model.Version), new("trained", model.Trained ? "true" : "false"), new("engine", model.EngineName), new("kv_precision", model.KvPrecision));
    }

    private static IEnumerable<Measurement<long>> CreativeModels(Platform platform) =>
        from model in platform.Versions.Known
        select new Measurement<long>(1, new("version", model.ModelVersion), new("encoder_version", model.EncoderVersion), new("codebook_version", model.CodebookVersion), new("state", StateOf(platform, model)));

    private static string StateOf(Platform platform, ModelPromotion model) =>
        model.FeatureTopic != platform.Topology.Topics.CreativeFeatures.Name && !platform.Versions.Running.ContainsKey(model.ModelVersion) ? "refused"
        : model.ModelVersion == platform.Versions.InEffect?.ModelVersion ? "in_effect"
        : model.Staged ? "staged" : "kept";

    private static IEnumerable<Measurement<long>> Remaining(Platform platform) =>
        from version in platform.Versions.Running.Keys
        let positions = platform.Positions(Topology.RoleOf("creatives", version))
        where positions.Count > 0
        select new Measurement<long>(positions.Sum(p => p.Lag ?? 0), new KeyValuePair<string, object?>("version", version));

    private static IEnumerable<Measurement<long>> Lags(Platform platform) =>
        from role in platform.RunningRoles
        from position in platform.Positions(role)
        where position.Lag is not null
        select new Measurement<long>(position.Lag ?? 0, new("role", role), new("topic", position.Partition.Topic), new("partition", position.Partition.Partition));

    private static IEnumerable<Measurement<long>> OldestAges(Platform platform)
    {
        var nowMs = platform.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return from space in platform.Namespaces.Values
               let oldest = space.OldestEventMs()
               where oldest is not null
               select new Measurement<long>(Math.Max(0, nowMs - oldest.Value) / 1_000, new KeyValuePair<string, object?>("namespace", space.Options.Name));
    }

    private static IEnumerable<Measurement<long>> Snapshots(Platform platform, Func<WrittenSnapshot, long> read) =>
        from space in platform.MemorySnapshots
        where space.Newest is not null
        select new Measurement<long>(read(space.Newest!), new KeyValuePair<string, object?>("namespace", space.Space.Options.Name));

    private static IEnumerable<Measurement<T>> Recalls<T>(Platform platform, Func<RecallEstimate, T> read)
        where T : struct =>
        from space in platform.Namespaces.Values
        let estimate = space.Recall.Estimate
        where estimate is not null
        select new Measurement<T>(read(estimate.Value), new KeyValuePair<string, object?>("namespace", space.Options.Name));

    private static IEnumerable<Measurement<T>> Memory<T>(Platform platform, Func<VectorNamespace, T> read)
        where T : struct =>
        platform.Namespaces.Values.Select(n => new Measurement<T>(read(n), new KeyValuePair<string, object?>("namespace", n.Options.Name)));
}
