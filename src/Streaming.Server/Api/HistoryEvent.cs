using Streaming.Core.Contracts;

namespace Streaming.Server.Api;

/// <summary>One event of a user's history as JSON.</summary>
internal sealed record HistoryEvent(string CreativeId, string? Title, string Action, string Scene, long EventTimeMs, double Value, bool Known, bool Late)
{
    public static HistoryEvent Of(HistoryToken token, Func<string, CreativeFeatures?> creative) => new(
        token.CreativeId, creative(token.CreativeId)?.Title, token.Action, token.Scene, token.EventTimeMs, token.Value, token.JoinedVersionPlusOne != 0, token.Late);
}
