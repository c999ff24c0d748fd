namespace Streaming.Client.Api;

/// <summary>One event of a user's history.</summary>
/// <param name="CreativeId">What the user engaged with.</param>
/// <param name="Action">As the topology names it.</param>
/// <param name="Scene">Where it happened.</param>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
/// <param name="Value">Such as a price.</param>
/// <param name="Known">Whether the creative was known when the event came.</param>
/// <param name="Late">It was older than one before it.</param>
/// <param name="Title">The creative's title now; null when it is not known.</param>
public sealed record HistoryEvent(string CreativeId, string Action, string Scene, long EventTimeMs, double Value, bool Known, bool Late, string? Title = null);
