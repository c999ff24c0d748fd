using Streaming.Models.Encoders;
using Streaming.Server.Accuracy;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Encoders;

/// <summary>recall@10 of co-interacted creatives: for each test pair, all creatives but the first are ranked by their dot product with it.</summary>
internal sealed class EncoderEvaluation(string name, IDataSet dataSet, CoInteractions pairs)
{
    private const int Nearest = 10;

    /// <summary>By an encoder. Equal scores count against it.</summary>
    public EncoderFigures Of(CreativeEncoder encoder, Progress progress, CancellationToken cancellationToken)
    {
        var creatives = dataSet.Read().TakeWhile(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!).ToList();
        var encoding = progress.Begin($"encode with {encoder.Version}", creatives.Count);
        var vectors = ItemVectors.Encode(creatives, encoder, cancellationToken);
        encoding.Set(creatives.Count);
        var scores = new float[vectors.Count];
        var scored = -1;
        return Figures(encoder.Version, encoder.Dimension, (from, to) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (scored != from)
                vectors.Score(vectors[from].Span, scores);
            scored = from;
            return Rank(scores, from, to);
        });
    }

    /// <summary>What guessing gives: the test pairs' ranks by a fixed pseudo-random order.</summary>
    public EncoderFigures Chance()
    {
        var random = new Random(1);
        return Figures("chance", 0, (_, _) => random.Next(pairs.Creatives.Count - 1));
    }

    private EncoderFigures Figures(string encoder, int dimension, Func<int, int, int> rank)
    {
        int hits = 0, unseen = 0, unseenHits = 0;
        foreach (var (from, to) in pairs.Test)
        {
            var hit = rank(from, to) < Nearest ? 1 : 0;
            hits += hit;
            if (pairs.Trained.Contains(to))
                continue;
            unseen++;
            unseenHits += hit;
        }
        return new(encoder, name, dimension, pairs.Test.Count, Share(hits, pairs.Test.Count), unseen, Share(unseenHits, unseen));
    }

    private static int Rank(ReadOnlySpan<float> scores, int from, int to)
    {
        var rank = 0;
        for (var item = 0; item < scores.Length; item++)
        {
            if (item != from && item != to && !(scores[item] < scores[to]))
                rank++;
        }
        return rank;
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 4);
}
