using Streaming.Core.Aggregates;
using Streaming.Core.Events;
using Streaming.Core.Topologies;

namespace Streaming.Runtime.Users;

/// <summary>What a topology says of the users role, resolved. Immutable.</summary>
public sealed record UserSettings(UsersOptions Options, UserEventRules Rules, AggregatePlan Aggregates, string EventTopic, string FeatureTopic, string? Changelog)
{
    /// <summary>Resolves a validated topology.</summary>
    public static UserSettings From(Topology topology) => new(
        topology.Users,
        new UserEventRules(topology.Actions, new EventTimeRange(topology.Runtime.MaxEventTimeAhead)),
        new AggregatePlan(topology.Users.Aggregates),
        topology.Topics.UserEvents.Name,
        topology.Topics.UserFeatures.Name,
        topology.Runtime.Changelog ? topology.ChangelogOf("users") : null);
}
