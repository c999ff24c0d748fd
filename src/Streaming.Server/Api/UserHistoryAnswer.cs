namespace Streaming.Server.Api;

/// <summary>A user's newest events as JSON, the newest first.</summary>
internal sealed record UserHistoryAnswer(string UserId, IReadOnlyList<HistoryEvent> Events);
