namespace Streaming.Server.Accuracy;

/// <summary>How old the user embedding is that a recommendation uses.</summary>
/// <param name="Name">Shown in tables.</param>
/// <param name="Delay">Null: the embedding is up to the user's last event. Else a batch system's delay: what happened within it before the request is not in the embedding.</param>
public sealed record Staleness(string Name, TimeSpan? Delay)
{
    /// <summary>Of the table and the picture, the freshest first.</summary>
    public static IReadOnlyList<Staleness> All { get; } =
    [
        new("last event", null),
        new("1 minute", TimeSpan.FromMinutes(1)),
        new("1 hour", TimeSpan.FromHours(1)),
        new("1 day", TimeSpan.FromDays(1)),
        new("1 week", TimeSpan.FromDays(7)),
    ];

    /// <summary>The event whose embedding is used to foresee the target: the user's newest one before it whose time is at least the delay before the target's; null when there is none yet.</summary>
    public int? EmbeddingEvent(SequenceLog log, Target target)
    {
        long newest = Delay is { } delay ? log.Times[target.Event] - (long)delay.TotalSeconds : long.MaxValue;
        for (int i = target.Event - 1; i >= log.Start(target.User); i--)
        {
            if (log.Times[i] <= newest)
                return i;
        }

        return null;
    }
}
