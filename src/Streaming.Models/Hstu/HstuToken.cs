namespace Streaming.Models.Hstu;

/// <summary>One event of a user, as the model sees it. Lives on the stack; the content stays the caller's.</summary>
public readonly ref struct HstuToken
{
    /// <summary>A token of a creative whose content is known.</summary>
    /// <param name="content">The creative's embedding, of the model's content width.</param>
    /// <param name="action">Index into the model's actions.</param>
    /// <param name="eventTimeSeconds">Event time, Unix seconds.</param>
    public HstuToken(ReadOnlySpan<float> content, int action, long eventTimeSeconds)
    {
        Content = content;
        Action = action;
        EventTimeSeconds = eventTimeSeconds;
    }

    /// <summary>The creative's embedding; empty = unknown, and the model's learned vector stands in.</summary>
    public ReadOnlySpan<float> Content { get; }

    /// <summary>Index into the model's actions.</summary>
    public int Action { get; }

    /// <summary>Event time, Unix seconds. It may be older than the token before it.</summary>
    public long EventTimeSeconds { get; }

    /// <summary>A token of a creative whose features are not known (yet).</summary>
    public static HstuToken OfUnknown(int action, long eventTimeSeconds) => new([], action, eventTimeSeconds);
}
