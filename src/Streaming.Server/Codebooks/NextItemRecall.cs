namespace Streaming.Server.Codebooks;

/// <summary>Recall@10 of the next item: the share of users whose target is among the ten best of all items. A tie counts against the target.</summary>
public static class NextItemRecall
{
    private const int Depth = 10;

    /// <summary>By the Markov chain over semantic IDs.</summary>
    public static double OfIds(int[] codes, int layers, NextItemSplit split)
    {
        var model = new SidMarkov(codes, layers, split);
        return Of(split, codes.Length / layers, (user, scores) => model.Score(split.History(user), scores));
    }

    /// <summary>By the same chain over the items themselves: what IDs without any sharing reach.</summary>
    public static double OfItems(NextItemSplit split) => OfIds([.. Enumerable.Range(0, split.Log.Creatives.Count)], 1, split);

    /// <summary>By how often an item was met: the same ten for everybody.</summary>
    public static double OfPopularity(NextItemSplit split)
    {
        var counts = new double[split.Log.Creatives.Count];
        foreach (var item in split.TrainingItems())
            counts[item]++;
        return Of(split, counts.Length, (_, scores) => counts.CopyTo(scores));
    }

    /// <summary>Of ten items drawn at random, exactly.</summary>
    public static double OfChance(NextItemSplit split) => Math.Min(1, (double)Depth / split.Log.Creatives.Count);

    private static double Of(NextItemSplit split, int items, ScoreItems score)
    {
        var scores = new double[items];
        int hits = 0, users = 0;
        foreach (var user in split.Users())
        {
            score(user, scores);
            var target = split.Target(user);
            var better = 0;
            for (var item = 0; item < items && better < Depth; item++)
                better += item != target && scores[item] >= scores[target] ? 1 : 0;
            hits += better < Depth ? 1 : 0;
            users++;
        }
        return users == 0 ? 0 : (double)hits / users;
    }

    private delegate void ScoreItems(int user, Span<double> scores);
}
