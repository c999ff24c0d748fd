using Streaming.Core.Aggregates;
using Streaming.Core.Validation;

namespace Streaming.Core.Topologies;

/// <summary>Every rule a topology must keep; all violations are reported, not only the first.</summary>
public static class TopologyValidator
{
    // Kafka takes 249 characters; ".dlq" comes behind.
    private const int MaxTopicName = 245;
    private static readonly string[] Engines = ["auto", "cpu", "gpu"];
    private static readonly string[] Precisions = ["bf16", "fp32", "fp8"];
    private static readonly string[] Prefills = ["exact", "tensor_cores"];

    /// <summary>All broken rules; empty when the topology can run.</summary>
    public static IReadOnlyList<Violation> Validate(Topology topology)
    {
        var violations = new List<Violation>();
        violations.AddRange(General(topology));
        violations.AddRange(Topics(topology.Topics));
        violations.AddRange(Users(topology));
        violations.AddRange(MemoryRules.Check(topology.Memory));
        violations.AddRange(MediaRules.Check(topology.Creatives.Media));
        violations.AddRange(LanguageModelRules.Check(topology.Creatives.LanguageModel));
        violations.AddRange(Runtime(topology.Runtime));
        return violations;
    }

    private static IEnumerable<Violation> General(Topology topology)
    {
        if (!IsName(topology.Name))
            yield return new("name", topology.Name, "must be letters, digits, '.', '_' and '-'");
        if (topology.Actions.Count == 0)
            yield return new("actions", "", "must name at least one action");
        foreach (var action in topology.Actions.GroupBy(a => a, StringComparer.Ordinal).Where(g => g.Count() > 1 || g.Key.Length == 0))
            yield return new("actions", action.Key, "must be present and unique");
        if (topology.Creatives.Encoder.Length == 0)
            yield return new("creatives.encoder", "", "must name the encoder's folder");
        if (topology.Creatives.Codebook.Length == 0)
            yield return new("creatives.codebook", "", "must name the codebook's folder");
    }

    private static IEnumerable<Violation> Topics(TopologyTopics topics)
    {
        foreach (var topic in topics.All)
        {
            if (!IsName(topic.Name) || topic.Name.Length > MaxTopicName)
                yield return new("topics.name", topic.Name, $"must be a Kafka topic name: 1 to {MaxTopicName} letters, digits, '.', '_' and '-'");
            if (topic.Partitions is < 1 or > 10_000)
                yield return new($"topics.{topic.Name}.partitions", topic.Partitions, "must be 1 to 10,000");
            if (topic.ReplicationFactor is 0 or < -1)
                yield return new($"topics.{topic.Name}.replication_factor", topic.ReplicationFactor, "must be -1 (the broker's default) or at least 1");
        }
        if (topics.ModelRegistry.Partitions != 1)
            yield return new("topics.model_registry.partitions", topics.ModelRegistry.Partitions, "must be 1: the order of promotions is the order of one partition");
        foreach (var name in topics.All.GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return new("topics.name", name.Key, "must be unique");
    }

    private static IEnumerable<Violation> Users(Topology topology)
    {
        var users = topology.Users;
        if (users.Model.Length == 0)
            yield return new("users.model", "", "must name the model's folder");
        if (users.RecentSemanticIds is < 0 or > 1024)
            yield return new("users.recent_semantic_ids", users.RecentSemanticIds, "must be 0 to 1,024");
        if (users.SegmentTokens is < 1 or > 4096)
            yield return new("users.segment_tokens", users.SegmentTokens, "must be 1 to 4,096");
        if (users.DuplicateWindow is < 0 or > 4096)
            yield return new("users.duplicate_window", users.DuplicateWindow, "must be 0 to 4,096");
        if (users.MaxActors < 1)
            yield return new("users.max_actors", users.MaxActors, "must be at least 1");
        if (users.CacheBytes < 1 << 20)
            yield return new("users.cache_bytes", users.CacheBytes, "must be at least 1 MiB");
        if (!Engines.Contains(users.Engine))
            yield return new("users.engine", users.Engine, "must be auto, cpu or gpu");
        if (!Precisions.Contains(users.KvPrecision))
            yield return new("users.kv_precision", users.KvPrecision, "must be bf16, fp32 or fp8");
        if (users is { KvPrecision: "fp8", Engine: "cpu" })
            yield return new("users.kv_precision", users.KvPrecision, "must be bf16 or fp32 on engine cpu");
        if (users is { KvPrecision: "fp32", Engine: "gpu" })
            yield return new("users.kv_precision", users.KvPrecision, "must be bf16 or fp8 on engine gpu");
        if (!Prefills.Contains(users.Prefill))
            yield return new("users.prefill", users.Prefill, "must be exact or tensor_cores");
        if (users is { Prefill: "tensor_cores", Engine: "cpu" })
            yield return new("users.prefill", users.Prefill, "must be exact on engine cpu");
        if (users.Batch.Max is < 1 or > 65_536)
            yield return new("users.batch.max", users.Batch.Max, "must be 1 to 65,536");
        if (users.Batch.Budget < TimeSpan.Zero || users.Batch.Budget > TimeSpan.FromSeconds(1))
            yield return new("users.batch.budget", users.Batch.Budget, "must be 0 to 1s");
        var declared = new HashSet<string>(StringComparer.Ordinal);
        foreach (var aggregate in users.Aggregates)
        {
            foreach (var violation in Aggregate(aggregate, topology.Actions, declared))
                yield return violation;
            declared.Add(aggregate.Name);
        }
    }

    private static IEnumerable<Violation> Aggregate(AggregateDefinition aggregate, List<string> actions, HashSet<string> declared)
    {
        var field = $"users.aggregates.{aggregate.Name}";
        if (aggregate.Name.Length == 0 || declared.Contains(aggregate.Name))
            yield return new("users.aggregates.name", aggregate.Name, "must be present and unique");
        if (aggregate.Action is { } action && !actions.Contains(action))
            yield return new($"{field}.action", action, "must be one of actions");
        if (aggregate.Kind is AggregateKind.Count or AggregateKind.Sum && aggregate.Window < TimeSpan.FromSeconds(1))
            yield return new($"{field}.window", aggregate.Window, "must be at least 1s");
        if (aggregate.Kind != AggregateKind.Ratio)
            yield break;
        foreach (var (name, value) in new[] { ("of", aggregate.Of), ("to", aggregate.To) })
        {
            if (value is null || !declared.Contains(value))
                yield return new($"{field}.{name}", value, "must name an aggregate declared before");
        }
    }

    private static IEnumerable<Violation> Runtime(RuntimeOptions runtime)
    {
        if (runtime.CommitInterval < TimeSpan.FromMilliseconds(1) || runtime.CommitInterval > TimeSpan.FromMinutes(10))
            yield return new("runtime.commit_interval", runtime.CommitInterval, "must be 1ms to 10m");
        if (runtime.MaxPollRecords is < 1 or > 100_000)
            yield return new("runtime.max_poll_records", runtime.MaxPollRecords, "must be 1 to 100,000");
        if (runtime.SessionTimeout < TimeSpan.FromSeconds(6) || runtime.SessionTimeout > TimeSpan.FromMinutes(30))
            yield return new("runtime.session_timeout", runtime.SessionTimeout, "must be 6s to 30m, as Kafka's brokers accept by default");
        if (runtime.DeliveryTimeout < TimeSpan.FromSeconds(1) || runtime.DeliveryTimeout >= runtime.SessionTimeout)
            yield return new("runtime.delivery_timeout", runtime.DeliveryTimeout, "must be at least 1s and less than session_timeout, so that a lost instance cannot publish late");
        if (runtime.MaxEventTimeAhead < TimeSpan.Zero)
            yield return new("runtime.max_event_time_ahead", runtime.MaxEventTimeAhead, "must be 0 or more");
    }

    private static bool IsName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
