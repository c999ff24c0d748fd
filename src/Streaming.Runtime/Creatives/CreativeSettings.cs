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
/// <param name="Role">Names consumer group, state folder and changelog: <c>creatives</c>, or another one for another creative model.</param>
public sealed record CreativeSettings(CreativeRules Rules, string CreativeTopic, string FeatureTopic, int Partitions, string? Changelog, string Role = "creatives")
{
    /// <summary>Resolves a validated topology.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="partitions">Partitions the source topic really has.</param>
    public static CreativeSettings From(Topology topology, int partitions) => Of(topology, partitions, topology.Topics.CreativeFeatures.Name, "creatives");

    /// <summary>The same for a creative model beside the topology's: its own features, group, state and changelog.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="partitions">Partitions the source topic really has.</param>
    /// <param name="version">The creative model.</param>
    /// <param name="featureTopic">Where its features go.</param>
    public static CreativeSettings ForVersion(Topology topology, int partitions, string version, string featureTopic) =>
        Of(topology, partitions, featureTopic, Topology.RoleOf("creatives", version));

    private static CreativeSettings Of(Topology topology, int partitions, string featureTopic, string role) => new(
        new CreativeRules(new EventTimeRange(topology.Runtime.MaxEventTimeAhead)),
        topology.Topics.Creatives.Name,
        featureTopic,
        partitions,
        topology.Runtime.Changelog ? topology.ChangelogOf(role) : null,
        role);
}
