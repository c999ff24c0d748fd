using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Users;

public sealed class UserHistoryTests : IDisposable
{
    private readonly World _world = new();
    private readonly MemoryState _state = new();
    private readonly RecordingOutput _output = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void What_a_commit_writes_does_not_grow_with_the_history()
    {
        const int Events = 10_240;
        const int PerCommit = 64;
        _world.UserOptions = _world.UserOptions with { SegmentTokens = 64, DuplicateWindow = 64 };
        _world.Clock.Advance(TimeSpan.FromDays(30));
        var processor = Open();
        var written = new List<long>();
        foreach (var events in UserEvents.Row("u1", Events).Chunk(PerCommit))
        {
            var before = _state.BytesPut;
            foreach (var @event in events)
                Assert.Equal(ProcessOutcome.Applied, Apply(processor, @event).Outcome);
            processor.SaveState();
            written.Add(_state.BytesPut - before);
        }

        // Windows and the duplicate filter are full from the second commit on; ids and values get a few digits longer.
        Assert.Equal(Events / PerCommit, written.Count);
        Assert.InRange(written.Max(), 1, written[1] * 1.2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(50)]
    [InlineData(51)]
    public void The_newest_tokens_are_right_across_segments(int count)
    {
        var processor = Open();
        foreach (var @event in UserEvents.Row("u1", 50))
            Apply(processor, @event);
        processor.SaveState();

        var expected = UserEvents.Row("u1", 50).Reverse().Take(count).Select(e => e.EventTimeMs);
        Assert.Equal(expected, processor.RecentHistory("u1", count)!.Select(t => t.EventTimeMs));
        Assert.Equal(expected, Open().RecentHistory("u1", count)!.Select(t => t.EventTimeMs));
    }

    [Fact]
    public void A_user_without_events_has_no_history() => Assert.Null(Open().RecentHistory("nobody", 5));

    [Fact]
    public void A_missing_segment_stops_the_task()
    {
        var whole = Open();
        foreach (var @event in UserEvents.Row("u1", 5))
            Apply(whole, @event);
        whole.SaveState();
        var torn = new MemoryState();
        torn.Put(StateKey.User("u1"), _state.Get(StateKey.User("u1"))!);

        var processor = Open(torn);

        Assert.Contains("'u1'", Assert.Throws<StoreException>(() => Apply(processor, UserEvents.Make("next"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_duplicate_is_dropped_within_the_filter_and_forgotten_beyond_it()
    {
        _world.UserOptions = _world.UserOptions with { DuplicateWindow = 3 };
        var processor = Open();
        foreach (var @event in UserEvents.Row("u1", 4))
            Apply(processor, @event);

        Assert.Equal(ProcessOutcome.Duplicate, Apply(processor, UserEvents.Make("u1-1", minute: 9)).Outcome);
        Assert.Equal(4, _output.Records.Count);
        Assert.Equal(ProcessOutcome.Applied, Apply(processor, UserEvents.Make("u1-0", minute: 9)).Outcome);
    }

    [Fact]
    public void Another_user_may_use_the_same_event_id()
    {
        var processor = Open();

        Assert.Equal(ProcessOutcome.Applied, Apply(processor, UserEvents.Make("same", user: "u1")).Outcome);
        Assert.Equal(ProcessOutcome.Applied, Apply(processor, UserEvents.Make("same", user: "u2")).Outcome);
    }

    [Fact]
    public void A_late_event_is_flagged_and_does_not_move_the_newest_event_time()
    {
        var processor = Open();
        Apply(processor, UserEvents.Make("on time", minute: 10));
        Apply(processor, UserEvents.Make("late", minute: 9));
        Apply(processor, UserEvents.Make("same time", minute: 10));

        var features = _output.Records.Select(r => UserFeatures.Parser.ParseFrom(r.Value)).ToArray();
        Assert.Equal([false, true, false], features.Select(f => f.Late));
        Assert.All(features, f => Assert.Equal(UserEvents.Make("", minute: 10).EventTimeMs, f.EventTimeMs));
        Assert.Equal([false, true, false], processor.RecentHistory("u1", 3)!.Reverse().Select(t => t.Late));
    }

    [Fact]
    public void A_late_event_does_not_overwrite_the_last_value_and_a_correction_does()
    {
        var processor = Open();
        Apply(processor, UserEvents.Make("on time", minute: 10, value: 5));
        Apply(processor, UserEvents.Make("late", minute: 9, value: 7));
        var correction = UserEvents.Make("correction", minute: 8, value: 9);
        correction.Correction = true;
        Apply(processor, correction);

        Assert.Equal([5d, 5d, 9d], _output.Records.Select(r => Value(r.Value!, "last_value")));
        Assert.True(processor.RecentHistory("u1", 1)![0].Correction);
    }

    [Fact]
    public void A_record_at_or_below_the_stored_version_is_skipped()
    {
        var processor = Open();
        var first = _world.Send(UserEvents.Make("e1"));
        var second = _world.Send(UserEvents.Make("e2", minute: 1));
        processor.Process(first, _output);
        processor.Process(second, _output);
        Assert.Empty(_output.Records);
        processor.SaveState();
        var again = Open();

        Assert.Equal(ProcessOutcome.Replayed, again.Process(first, _output).Outcome);
        Assert.Equal(ProcessOutcome.Replayed, again.Process(second, _output).Outcome);
        Assert.Equal(2, _output.Records.Count);
    }

    [Fact]
    public void Recent_semantic_ids_come_newest_first_and_skip_unknown_creatives()
    {
        var processor = Open();
        for (var c = 0; c < 5; c++)
            _world.SendFeatures($"c{c}", c, c);
        foreach (var (creative, minute) in new[] { ("c1", 0), ("c2", 1), ("unheard-of", 2), ("c3", 3), ("c4", 4) })
            Apply(processor, UserEvents.Make($"e{minute}", creative: creative, minute: minute));

        var features = UserFeatures.Parser.ParseFrom(_output.Records[^1].Value);
        Assert.Equal([4u, 3u, 2u], features.RecentSemanticIds.Select(s => s.Codes[0]));
    }

    private static double Value(byte[] features, string aggregate) =>
        UserFeatures.Parser.ParseFrom(features).Aggregates.Single(a => a.Name == aggregate).Value;

    private UserProcessor Open(MemoryState? state = null) =>
        (UserProcessor)World.Users(_world).Create(new("user-events", 0), state ?? _state);

    private ProcessResult Apply(UserProcessor processor, UserEvent @event)
    {
        var result = processor.Process(_world.Send(@event), _output);
        Assert.True(processor.EndBatch());
        return result;
    }
}
