using Streaming.Core.Events;
using Streaming.Core.Memory;
using Streaming.Core.Topologies;

namespace Streaming.Runtime.Memory;

/// <summary>What a topology says of the memory role, resolved. Immutable.</summary>
/// <param name="Rules">What an update must satisfy.</param>
/// <param name="CreativeFeatureTopic">Feeds the creative namespaces.</param>
/// <param name="UpdateTopic">Feeds any namespace.</param>
/// <param name="CreativeNamespaces">Names of the namespaces that hold the creatives.</param>
/// <param name="CreativeModel">The creative model whose features are read, if it is another than the topology's; else null.</param>
public sealed record MemorySettings(MemoryUpdateRules Rules, string CreativeFeatureTopic, string UpdateTopic, IReadOnlyList<string> CreativeNamespaces, string? CreativeModel = null)
{
    /// <summary>Resolves a validated topology.</summary>
    public static MemorySettings From(Topology topology) => new(
        new MemoryUpdateRules(new EventTimeRange(topology.Runtime.MaxEventTimeAhead)),
        topology.Topics.CreativeFeatures.Name,
        topology.Topics.MemoryUpdates.Name,
        [.. topology.Memory.Where(n => n.Creatives).Select(n => n.Name)]);
}
