using FsCheck.Fluent;
using Streaming.Core.Aggregates;
using Streaming.Core.Contracts;

namespace Streaming.Core.Tests.Aggregates;

public sealed class UserAggregatesTests
{
    private const long HourMs = 3_600_000;
    private const long Start = 500_000 * HourMs;

    private static readonly AggregatePlan Plan = new(
    [
        new() { Name = "clicks", Kind = AggregateKind.Count, Action = "click", Window = TimeSpan.FromHours(1) },
        new() { Name = "events", Kind = AggregateKind.Count, Window = TimeSpan.FromHours(1) },
        new() { Name = "ctr", Kind = AggregateKind.Ratio, Of = "clicks", To = "events" },
        new() { Name = "spent", Kind = AggregateKind.Sum, Action = "purchase", Window = TimeSpan.FromDays(1) },
        new() { Name = "rating", Kind = AggregateKind.Last, Action = "rating" },
    ]);

    private readonly UserAggregates _aggregates = new(Plan);
    private long _newest;

    [Fact]
    public void Counts_and_ratios_follow_the_events()
    {
        Apply("click", 0);
        Apply("impression", 1);
        Apply("impression", 2);
        Apply("impression", 3);

        Assert.Equal([1, 4, .25, 0, 0], Read());
    }

    [Fact]
    public void A_ratio_over_nothing_is_zero()
    {
        _newest = Start;

        Assert.Equal([0, 0, 0, 0, 0], Read());
    }

    [Fact]
    public void Windows_move_with_the_newest_event_time()
    {
        Apply("click", 0);
        Apply("purchase", 5, value: 8);
        Apply("click", 70);
        Assert.Equal([1, 1, 1, 8, 0], Read());

        Apply("impression", 30 * 60);
        Assert.Equal([0, 1, 0, 0, 0], Read());
    }

    [Fact]
    public void A_late_event_counts_in_its_own_tile_and_leaves_with_it()
    {
        Apply("impression", 59);
        Apply("click", 5);
        Assert.Equal(1, Read()[0]);

        Apply("impression", 65);
        Assert.Equal([0, 2, 0, 0, 0], Read());
    }

    [Fact]
    public void An_event_that_is_later_than_the_window_does_not_count()
    {
        Apply("impression", 120);
        Apply("click", 0);

        Assert.Equal([0, 1, 0, 0, 0], Read());
    }

    [Fact]
    public void The_last_value_is_the_newest_by_event_time_unless_a_correction_comes()
    {
        Apply("rating", 10, value: 3);
        Apply("rating", 5, value: 4);
        Assert.Equal(3, Read()[4]);

        Apply("rating", 10, value: 5);
        Assert.Equal(5, Read()[4]);

        Apply("rating", 2, value: 1, correction: true);
        Assert.Equal(1, Read()[4]);

        // A correction does not turn the clock back: an event older than the newest is still late.
        Apply("rating", 9, value: 9);
        Assert.Equal(1, Read()[4]);
    }

    [Fact]
    public void Saved_and_loaded_values_go_on_with_the_same_bits()
    {
        var events = Gen.ListOf(from action in Gen.Elements("click", "impression", "purchase", "rating")
                                from minute in Gen.Choose(0, 3000)
                                from value in Gen.Choose(-1000, 1000)
                                select (action, minute, Value: value / 7.0));

        Prop.ForAll(events.ToArbitrary(), events.ToArbitrary(), (before, after) =>
        {
            var whole = new UserAggregatesTests();
            var saved = new UserAggregatesTests();
            foreach (var (action, minute, value) in before)
            {
                whole.Apply(action, minute, value);
                saved.Apply(action, minute, value);
            }
            var loaded = new UserAggregatesTests { _newest = saved._newest };
            loaded._aggregates.Load(saved._aggregates.Save().Select(s => AggregateState.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(s))));
            foreach (var (action, minute, value) in after)
            {
                whole.Apply(action, minute, value);
                loaded.Apply(action, minute, value);
            }

            Assert.Equal(whole.Read().Select(BitConverter.DoubleToInt64Bits), loaded.Read().Select(BitConverter.DoubleToInt64Bits));
            Assert.Equal(whole._aggregates.Save(), loaded._aggregates.Save());
        }).QuickCheckThrowOnFailure(seed: 20260402);
    }

    [Fact]
    public void A_state_that_is_no_longer_declared_is_left_out_and_a_new_aggregate_starts_empty()
    {
        Apply("click", 0);
        var other = new UserAggregates(new AggregatePlan(
        [
            new() { Name = "new", Kind = AggregateKind.Count, Window = TimeSpan.FromHours(1) },
            new() { Name = "clicks", Kind = AggregateKind.Count, Action = "click", Window = TimeSpan.FromHours(1) },
        ]));

        other.Load(_aggregates.Save());

        var values = new double[2];
        other.Read(_newest, values);
        Assert.Equal([0, 1], values);
        Assert.Equal(["clicks"], other.Save().Select(s => s.Name));
    }

    [Fact]
    public void A_ratio_of_something_declared_later_is_refused() =>
        Assert.Contains("'ctr'", Assert.Throws<ArgumentException>(() => new AggregatePlan(
        [
            new() { Name = "ctr", Kind = AggregateKind.Ratio, Of = "clicks", To = "clicks" },
            new() { Name = "clicks", Kind = AggregateKind.Count },
        ])).Message, StringComparison.Ordinal);

    private void Apply(string action, int minute, double value = 1, bool correction = false)
    {
        var @event = new UserEvent { Action = action, EventTimeMs = Start + (minute * 60_000L), Value = value, Correction = correction };
        _newest = Math.Max(_newest, @event.EventTimeMs);
        _aggregates.Apply(@event, _newest);
    }

    private double[] Read()
    {
        var values = new double[Plan.Definitions.Count];
        _aggregates.Read(_newest, values);
        return values;
    }
}
