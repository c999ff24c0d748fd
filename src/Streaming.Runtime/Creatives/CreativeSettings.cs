using Streaming.Core.Creatives;
using Streaming.Core.Events;
using Streaming.Core.Topologies;

namespace Streaming.Runtime.Creatives;

/// <summary>What a topology says of the creatives role, resolved. Immutable.</summary>
/// <param name="Rules">What a creative must satisfy.</param>
/// <param name="CreativeTopic">Source topic.</param>
/// <param name="FeatureTopic">Where features go.</param>
/// <param name="Partitions">Partitions of the source topic.</param>
/// <param name="Changelog">Changelog topic; null = none.</param>
public sealed record CreativeSettings(CreativeRules Rules, string CreativeTopic, string FeatureTopic, int Partitions, string? Changelog)
{
    /// <summary>Resolves a validated topology.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="partitions">Partitions the source topic really has.</param>
    public static CreativeSettings From(Topology topology, int partitions) => new(
        new CreativeRules(new EventTimeRange(topology.Runtime.MaxEventTimeAhead)),
        topology.Topics.Creatives.Name,
        topology.Topics.CreativeFeatures.Name,
        partitions,
        topology.Runtime.Changelog ? topology.ChangelogOf("creatives") : null);
}
