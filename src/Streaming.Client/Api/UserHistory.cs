namespace Streaming.Client.Api;

/// <summary>A user's newest events, the newest first.</summary>
public sealed record UserHistory(string UserId, IReadOnlyList<HistoryEvent> Events);
