using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Core.Contracts;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>Events of several users, and what happens to the instance that applies them.</summary>
internal sealed record Scenario(UserEvent[] Events, Step[] Steps)
{
    private static readonly string[] Actions = ["impression", "impression", "click", "purchase", "unheard-of"];

    /// <summary>
    /// Few users and creatives (some unknown), repeated event ids, late events, corrections and invalid actions, so that every path is common;
    /// crashes, rebalances and failed deliveries at any point between polls of any size.
    /// </summary>
    public static Arbitrary<Scenario> Any { get; } = Arb.From(
        from events in Gen.ArrayOf(OneEvent(), 40)
        from steps in Gen.ArrayOf(OneStep(), 30)
        select new Scenario(events, steps),
        Shorter);

    public override string ToString() => $"\n  {string.Join("\n  ", Steps.AsEnumerable())}\n  {string.Join("\n  ", Events.AsEnumerable())}";

    /// <summary>Sends creatives and events to a world.</summary>
    public void Produce(World world)
    {
        for (var c = 0; c < 4; c++)
            world.SendFeatures($"c{c}", version: c, content: c + .5f);
        foreach (var @event in Events)
            world.Send(@event);
    }

    private static Gen<UserEvent> OneEvent() =>
        from user in Gen.Choose(0, 3)
        from creative in Gen.Choose(0, 5)
        from action in Gen.Elements(Actions)
        from minute in Gen.Choose(0, 90)
        from id in Gen.Choose(0, 300)
        from value in Gen.Choose(-5, 5)
        from correction in Gen.Choose(0, 9)
        select Make(user, creative, action, minute, id, value, correction == 0);

    private static UserEvent Make(int user, int creative, string action, int minute, int id, int value, bool correction)
    {
        var @event = UserEvents.Make(id.ToString(CultureInfo.InvariantCulture), $"u{user}", $"c{creative}", minute, action, value);
        @event.Correction = correction;
        return @event;
    }

    private static Gen<Step> OneStep() => Gen.Frequency(
        (8, Gen.Choose(1, 9).Select(n => (Step)new Step.Poll(n))),
        (2, Gen.Constant((Step)new Step.BeginCommit())),
        (2, Gen.Constant((Step)new Step.Commit())),
        (3, Gen.Choose(1, 6).Select(n => (Step)new Step.Deliver(n))),
        (1, Gen.Choose(1, 3).Select(n => (Step)new Step.Fail(n))),
        (2, Gen.Choose(0, 5).Select(n => (Step)new Step.Crash(n))),
        (1, Gen.Constant((Step)new Step.Rebalance())),
        (1, Gen.Choose(0, 5).Select(n => (Step)new Step.Lose(n))));

    private static IEnumerable<Scenario> Shorter(Scenario scenario)
    {
        var (events, steps) = (scenario.Events, scenario.Steps);
        if (events.Length > 1)
        {
            yield return scenario with { Events = events[..(events.Length / 2)] };
            yield return scenario with { Events = events[(events.Length / 2)..] };
        }
        for (var i = 0; i < steps.Length; i++)
            yield return scenario with { Steps = [.. steps[..i], .. steps[(i + 1)..]] };
        for (var i = 0; i < events.Length; i++)
            yield return scenario with { Events = [.. events[..i], .. events[(i + 1)..]] };
    }
}
