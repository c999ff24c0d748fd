namespace Streaming.Server.Accuracy;

/// <summary>Ranks all items for targets, none sampled. Holds scratch: one per thread.</summary>
public sealed class FullRanking
{
    private readonly SequenceLog _log;
    private readonly ItemVectors _items;
    private readonly float[] _scores;
    private readonly HashSet<int> _seen = [];

    /// <param name="log">The events.</param>
    /// <param name="items">One for each of the log's creatives.</param>
    public FullRanking(SequenceLog log, ItemVectors items)
    {
        (_log, _items) = (log, items);
        _scores = new float[items.Count];
    }

    /// <summary>Ranks by the dot product with a user embedding.</summary>
    public Rank ByEmbedding(Target target, ReadOnlySpan<float> embedding)
    {
        _items.Score(embedding, _scores);
        return Of(target, _scores);
    }

    /// <summary>Ranks by given scores, one for each item.</summary>
    public Rank Of(Target target, ReadOnlySpan<float> scores)
    {
        int item = _log.Items[target.Event];
        float own = scores[item];
        int all = 0;
        foreach (float score in scores)
            all += score >= own ? 1 : 0;
        return new(all, all - SeenBefore(target, item, own, scores));
    }

    private int SeenBefore(Target target, int item, float own, ReadOnlySpan<float> scores)
    {
        _seen.Clear();
        int before = 0;
        for (int i = _log.Start(target.User); i < target.Event; i++)
        {
            int met = _log.Items[i];
            if (met != item && scores[met] >= own && _seen.Add(met))
                before++;
        }

        return before;
    }
}
