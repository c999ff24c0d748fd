namespace Streaming.Server.Accuracy;

/// <summary>The value of freshness: the accuracy of the same model and the same requests when the user embeddings are older.</summary>
/// <remarks>
/// At each test event a request is thought of in the moment before it. Its answer is the ranking by the embedding that
/// <see cref="Staleness.EmbeddingEvent"/> names. A user without one gets the items by popularity: their events before the test. The list of
/// what the user has met is fresh for every staleness, so that only the embedding's age differs.
/// </remarks>
public static class FreshnessStudy
{
    private static readonly Rank Miss = new(int.MaxValue, int.MaxValue);

    /// <summary>A row for each staleness, then the popularity baseline.</summary>
    /// <param name="log">The events.</param>
    /// <param name="items">Ranked.</param>
    /// <param name="embeddings">After each event, [events, width].</param>
    /// <param name="targets">The test.</param>
    /// <param name="cutSeconds">Where the test begins.</param>
    /// <param name="done">Called after each row.</param>
    public static IReadOnlyList<FreshnessRow> Run(
        SequenceLog log, ItemVectors items, float[] embeddings, IReadOnlyList<Target> targets, long cutSeconds, Action done)
    {
        var ranking = new FullRanking(log, items);
        float[] popularity = Popularity(log, items.Count, cutSeconds);
        Rank[] popular = [.. targets.Select(target => ranking.Of(target, popularity))];
        // The same embedding serves neighbouring stalenesses of many a target: each is ranked once.
        Dictionary<(int Embedding, int Target), Rank> ranks = [];
        List<FreshnessRow> rows = [];
        foreach (Staleness staleness in Staleness.All)
        {
            int?[] used = [.. targets.Select(target => staleness.EmbeddingEvent(log, target))];
            Rank?[] own = [.. targets.Select((target, i) => used[i] is { } at ? RankBy(target, at) : (Rank?)null)];
            rows.Add(new(
                staleness.Name,
                RankingMetrics.Of([.. own.Select((rank, i) => rank ?? popular[i])]),
                RankingMetrics.Of([.. own.Select(rank => rank ?? Miss)]).Hr10Unseen,
                targets.Select((target, i) => target.Event - 1 - (used[i] ?? (log.Start(target.User) - 1))).Average(),
                used.Count(at => at is null) / (double)targets.Count));
            done();
        }

        rows.Add(new("popularity", RankingMetrics.Of(popular), Hr10WithoutFallback: 0, targets.Average(t => t.Event - log.Start(t.User)), 1));
        done();
        return rows;

        Rank RankBy(Target target, int at)
        {
            if (!ranks.TryGetValue((at, target.Event), out Rank rank))
                ranks.Add((at, target.Event), rank = ranking.ByEmbedding(target, embeddings.AsSpan(at * items.Width, items.Width)));
            return rank;
        }
    }

    /// <summary>Events of each item before the test.</summary>
    public static float[] Popularity(SequenceLog log, int items, long cutSeconds)
    {
        float[] counts = new float[items];
        for (int i = 0; i < log.EventCount; i++)
            counts[log.Items[i]] += log.Times[i] < cutSeconds ? 1 : 0;
        return counts;
    }
}
