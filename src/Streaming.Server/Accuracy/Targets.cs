namespace Streaming.Server.Accuracy;

/// <summary>Chooses the test targets, as <c>training/hstu/splits.py</c> does.</summary>
public static class Targets
{
    private const int FewestEvents = 3;

    /// <summary>Leave-one-out: the last event of every user of three events or more. The one before it is validation's, the others train.</summary>
    public static IReadOnlyList<Target> LeaveOneOut(SequenceLog log) =>
        [.. Enumerable.Range(0, log.UserCount).Where(user => log.End(user) - log.Start(user) >= FewestEvents).Select(user => new Target(user, log.End(user) - 1))];

    /// <summary>By time: every event from a moment on that is not its user's first one.</summary>
    /// <remarks>After a user's first event of the test all of that user's events belong to it, so that a late event is no target of training.</remarks>
    /// <param name="log">The events.</param>
    /// <param name="cutSeconds">First second of the test, Unix seconds.</param>
    public static IReadOnlyList<Target> From(SequenceLog log, long cutSeconds)
    {
        List<Target> targets = [];
        for (int user = 0; user < log.UserCount; user++)
        {
            bool test = false;
            for (int i = log.Start(user); i < log.End(user); i++)
            {
                test |= log.Times[i] >= cutSeconds;
                if (test && i > log.Start(user))
                    targets.Add(new(user, i));
            }
        }

        return targets;
    }
}
