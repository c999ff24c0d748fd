using Streaming.Server.Accuracy;

namespace Streaming.Server.Codebooks;

/// <summary>Leave-one-out: each user's target, and the events before it that may be trained on.</summary>
/// <param name="Log">The events.</param>
/// <param name="Held">Events at the end of each user that are not trained on: 1, the last is the target (test); 2, the one before it is (validation).</param>
/// <remarks>A user needs an event before the target. No target is among what is trained on, since every user's last events are held.</remarks>
public sealed record NextItemSplit(SequenceLog Log, int Held)
{
    public static NextItemSplit Of(SequenceLog log, int held) => new(log, held);

    /// <summary>Users that have a target.</summary>
    public IEnumerable<int> Users() => Enumerable.Range(0, Log.UserCount).Where(user => Log.End(user) - Log.Start(user) > Held);

    /// <summary>The item to find.</summary>
    public int Target(int user) => Log.Items[Log.End(user) - Held];

    /// <summary>The items before it, oldest first.</summary>
    public ReadOnlySpan<int> History(int user) => Log.Items[Log.Start(user)..(Log.End(user) - Held)];

    /// <summary>Items that a user met one after the other, of all users, before the held events.</summary>
    public IEnumerable<(int From, int To)> TrainingPairs()
    {
        for (var user = 0; user < Log.UserCount; user++)
        {
            for (var at = Log.Start(user) + 1; at < Log.End(user) - Held; at++)
                yield return (Log.Items[at - 1], Log.Items[at]);
        }
    }

    /// <summary>Items met, of all users, before the held events.</summary>
    public IEnumerable<int> TrainingItems()
    {
        for (var user = 0; user < Log.UserCount; user++)
        {
            for (var at = Log.Start(user); at < Log.End(user) - Held; at++)
                yield return Log.Items[at];
        }
    }
}
