using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

/// <summary>Which embedding a staleness leaves, on a day that can be followed by hand.</summary>
public sealed class StalenessTests
{
    private const long Noon = 1_000_000_000;
    private const long Minute = 60;
    private const long Hour = 3_600;

    // The events 0 to 5: a day ago, an hour ago, 61 s ago, 60 s ago, 59 s ago, and in this very second. Event 6 is the target.
    private static readonly SequenceLog Log = SmallLog.Of(
        7, (1, 1, Noon - (24 * Hour)), (1, 2, Noon - Hour), (1, 3, Noon - Minute - 1), (1, 4, Noon - Minute), (1, 5, Noon - Minute + 1), (1, 6, Noon), (1, 7, Noon));

    [Theory]
    [InlineData("last event", 5)]
    [InlineData("1 minute", 3)]
    [InlineData("1 hour", 1)]
    [InlineData("1 day", 0)]
    [InlineData("1 week", null)]
    public void The_newest_event_that_is_at_least_as_old_as_the_delay_counts(string name, int? expected) =>
        Assert.Equal(expected, Staleness.All.Single(s => s.Name == name).EmbeddingEvent(Log, new Target(0, 6)));

    [Fact]
    public void Another_user_s_events_never_count()
    {
        var log = SmallLog.Of(3, (1, 1, Noon - Hour), (2, 2, Noon - Minute), (2, 3, Noon));
        Assert.Equal(1, Staleness.All[1].EmbeddingEvent(log, new Target(1, 2)));
        Assert.Null(Staleness.All[2].EmbeddingEvent(log, new Target(1, 2)));
    }

    [Fact]
    public void Older_embeddings_and_popularity_give_the_figures_computed_by_hand()
    {
        // Items along (cos x, sin x); after each event, the embedding lies on the item of that event; targets are the second and the third one.
        // Twelve items far away (near 90°) fill the ranking, so that a wrong embedding misses the first ten.
        var log = SmallLog.Of(24, (1, 1, Noon), (1, 2, Noon + 30), (1, 20, Noon + 40), (2, 20, Noon - Hour), (3, 20, Noon - Hour));
        float[] rows = [.. Enumerable.Range(0, 24).SelectMany(i => At(i < 12 ? i : 78 + i))];
        float[] embeddings = [.. Enumerable.Range(0, log.EventCount).SelectMany(i => rows.AsSpan(log.Items[i] * 2, 2).ToArray())];
        var user = Enumerable.Range(0, log.UserCount).Single(u => log.End(u) - log.Start(u) == 3);
        Target[] targets = [new(user, log.Start(user) + 1), new(user, log.Start(user) + 2)];

        var found = FreshnessStudy.Run(log, new ItemVectors(rows, 2), embeddings, targets, Noon, () => { });

        // Fresh: film 2 is next to film 1, but film 20 is far from film 2. Stale by a minute: no embedding; film 20 is the most popular, film 2 was never met before the test.
        Assert.Equal(["last event", "1 minute", "1 hour", "1 day", "1 week", "popularity"], found.Select(r => r.Staleness));
        Assert.Equal((0.5, 0.5, 0.0, 0.0), Figures(found[0]));
        Assert.Equal((0.5, 0.0, 1.5, 1.0), Figures(found[1]));
        Assert.Equal((0.5, 0.0, 1.5, 1.0), Figures(found[5]));
        Assert.Equal(0.5, found[5].Metrics.Ndcg10Unseen);
    }

    private static (double Hr10, double WithoutFallback, double Missed, double Without) Figures(FreshnessRow row) =>
        (row.Metrics.Hr10Unseen, row.Hr10WithoutFallback, row.MissedEvents, row.WithoutEmbedding);

    private static float[] At(double degrees) => [(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)];
}
