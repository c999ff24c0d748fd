namespace Streaming.Models.Hstu;

/// <summary>An <see cref="HstuToken"/> that can be kept: a token of a recorded history.</summary>
/// <param name="Content">The creative's embedding, of the model's content width; null or empty = unknown. Not copied; the owner must not change it.</param>
/// <param name="Action">Index into the model's actions.</param>
/// <param name="EventTimeSeconds">Event time, Unix seconds.</param>
public sealed record HstuHistoryToken(float[]? Content, int Action, long EventTimeSeconds)
{
    /// <summary>The token for a step.</summary>
    public HstuToken AsToken() => new(Content, Action, EventTimeSeconds);
}
