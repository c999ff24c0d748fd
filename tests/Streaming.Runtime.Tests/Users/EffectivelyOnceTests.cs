using System.Globalization;
using FsCheck.Fluent;
using Streaming.Core.Topologies;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>
/// The law: whatever happens between polls (crash, rebalance, loss, failed or late delivery), the feature topic as a consumer reads it, every
/// published version, the dead letters and the stores end as in a run that nothing happened to. The harness is first shown to see faults.
/// </summary>
public sealed class EffectivelyOnceTests
{
    private const int NoDuplicateFilter = 0;

    [Fact]
    public void The_harness_sees_a_store_that_forgets_what_it_has_applied()
    {
        var caught = Assert.ThrowsAny<Exception>(() => Prop.ForAll(Scenario.Any, s => Compare(s, NoDuplicateFilter, ForgetWhatWasApplied))
            .QuickCheckThrowOnFailure(seed: 20260101, maxTest: 60));

        Assert.Contains("Assert.Equal() Failure", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_harness_sees_state_that_commits_ahead_of_delivery()
    {
        var caught = Assert.ThrowsAny<Exception>(() => Prop.ForAll(Scenario.Any, s => Compare(s, NoDuplicateFilter, w => w.AcknowledgeEarly()))
            .QuickCheckThrowOnFailure(seed: 20260102, maxTest: 60));

        Assert.Contains("Assert.Equal() Failure", caught.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 20260103)]
    [InlineData(NoDuplicateFilter, 20260104)]
    public void Any_sequence_of_crashes_and_rebalances_ends_like_an_undisturbed_run(int duplicateWindow, ulong seed) =>
        Prop.ForAll(Scenario.Any, scenario => Compare(scenario, duplicateWindow, _ => { })).QuickCheckThrowOnFailure(seed, maxTest: 100);

    [Fact]
    public void Every_applied_event_gives_exactly_one_feature_version()
    {
        using var world = new World();
        var events = UserEvents.Row("u1", 20).Concat(UserEvents.Row("u2", 20)).ToArray();
        var sent = events.Select(world.Send).ToArray();
        world.Sink.Immediate = false;

        world.Run(new Step.Poll(7), new Step.Crash(3), new Step.Poll(20), new Step.Commit(), new Step.Poll(9), new Step.BeginCommit(), new Step.Crash(0));

        var expected = sent.Zip(events, (r, e) => $"{e.UserId} v{r.Offset}").Order(StringComparer.Ordinal);
        var published = Outcome.OfUsers(world).Versions.Select(v => string.Join(' ', v.Split(' ')[..2])).Order(StringComparer.Ordinal);
        Assert.Equal(expected, published);
    }

    [Fact]
    public void Reading_committed_records_again_changes_nothing()
    {
        using var straight = new World();
        using var rewound = new World { Role = w => RewindThen(w, World.Users) };
        foreach (var world in new[] { straight, rewound })
        {
            world.UserOptions = world.UserOptions with { DuplicateWindow = NoDuplicateFilter };
            foreach (var @event in UserEvents.Row("u1", 12))
                world.Send(@event);
            world.Run(new Step.Poll(8), new Step.Commit(), new Step.Crash(0));
        }

        Outcome.OfUsers(straight).AssertSame(Outcome.OfUsers(rewound));
        Assert.Equal(3, rewound.Metrics.Totals("users")[ProcessOutcome.Replayed]);
    }

    private static void Compare(Scenario scenario, int duplicateWindow, Action<World> plant)
    {
        using var straight = new World();
        straight.UserOptions = straight.UserOptions with { DuplicateWindow = duplicateWindow };
        scenario.Produce(straight);
        straight.Run();

        using var disturbed = new World();
        disturbed.UserOptions = straight.UserOptions with { MaxActors = 2, CacheBytes = 400, Batch = new BatchOptions { Max = 3 } };
        plant(disturbed);
        scenario.Produce(disturbed);
        disturbed.Sink.Immediate = false;
        disturbed.Run(scenario.Steps);

        Outcome.OfUsers(straight).AssertSame(Outcome.OfUsers(disturbed));
    }

    // As if the source offset were kept apart from the state: the end of what was committed is read again, and looks new.
    private static void ForgetWhatWasApplied(World world) => world.Role = w => new ForgetfulFactory(RewindThen(w, World.Users));

    private static IProcessorFactory RewindThen(World world, Func<World, IProcessorFactory> role)
    {
        const int By = 3;
        var users = Path.Combine(world.StateRoot, "users");
        foreach (var file in Directory.Exists(users) ? Directory.GetFiles(users, "state.db", SearchOption.AllDirectories) : [])
        {
            var rewind = string.Create(CultureInfo.InvariantCulture, $"UPDATE identity SET value = max(0, value - {By}) WHERE name = 'next_offset'");
            StoreDump.Execute(file, rewind);
        }
        return role(world);
    }
}
