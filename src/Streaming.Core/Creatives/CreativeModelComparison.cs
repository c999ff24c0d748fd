using Streaming.Core.Registry;

namespace Streaming.Core.Creatives;

/// <summary>
/// Another creative model's features beside those of the one in effect, over the same creatives. Decides whether its backfill is complete: every
/// creative that has features now must have them there, from the same version of the creative or a newer one, and of that model alone.
/// </summary>
public sealed record CreativeModelComparison
{
    /// <summary>Creatives with features of the model in effect.</summary>
    public required int Creatives { get; init; }

    /// <summary>Of those, without features of the other model.</summary>
    public required int Missing { get; init; }

    /// <summary>Of those, with features of the other model from an older version of the creative.</summary>
    public required int Behind { get; init; }

    /// <summary>Records of the other model's topic that were made by something else.</summary>
    public required int Mixed { get; init; }

    /// <summary>Share of the compared creatives with another semantic ID, the ordinal left out, 0..1.</summary>
    public required double Changed { get; init; }

    /// <summary>By level, coarse to fine, as far as both have it.</summary>
    public required IReadOnlyList<LevelChurn> Levels { get; init; }

    /// <summary>(N − distinct codes) / N under the model in effect, 0..1.</summary>
    public required double Collision { get; init; }

    /// <summary>The same under the other model.</summary>
    public required double OtherCollision { get; init; }

    /// <summary>Creatives that share codes and ordinal with another one under the other model: more than none is a fault.</summary>
    public required int OtherAmbiguous { get; init; }

    /// <summary>It may be promoted without a creative being lost, stale or mixed.</summary>
    public bool IsComplete => Missing == 0 && Behind == 0 && Mixed == 0;

    /// <summary>Compares. Pure.</summary>
    /// <param name="live">By creative_id, under the model in effect.</param>
    /// <param name="other">By creative_id, as the other model's topic has it, read after <paramref name="live"/>.</param>
    /// <param name="otherMade">What the other model's features must carry.</param>
    public static CreativeModelComparison Of(IReadOnlyDictionary<string, CreativeIds> live, IReadOnlyDictionary<string, CreativeIds> other, CreativeModelVersions otherMade)
    {
        var pairs = live.Where(l => other.ContainsKey(l.Key)).Select(l => (Before: l.Value.Codes, After: other[l.Key].Codes)).ToList();
        var depth = pairs.Count == 0 ? 0 : pairs.Min(p => Math.Min(p.Before.Count, p.After.Count));
        return new()
        {
            Creatives = live.Count,
            Missing = live.Count - pairs.Count,
            Behind = live.Count(l => other.TryGetValue(l.Key, out var own) && own.Version < l.Value.Version),
            Mixed = other.Values.Count(o => o.Made != otherMade),
            Changed = Share(pairs.Count(p => !p.Before.SequenceEqual(p.After)), pairs.Count),
            Levels = [.. Enumerable.Range(0, depth).Select(level => Churn(pairs, level))],
            Collision = CollisionOf(live.Values),
            OtherCollision = CollisionOf(other.Values),
            OtherAmbiguous = other.Count - other.Values.Select(o => $"{Prefix(o.Codes, o.Codes.Count)}/{o.Collision}").Distinct(StringComparer.Ordinal).Count(),
        };
    }

    private static LevelChurn Churn(List<(IReadOnlyList<uint> Before, IReadOnlyList<uint> After)> pairs, int level)
    {
        var changed = pairs.Count(p => p.Before[level] != p.After[level]);
        var together = Together(pairs.Select(p => Prefix(p.Before, level + 1)));
        var still = Together(pairs.Select(p => $"{Prefix(p.Before, level + 1)}>{Prefix(p.After, level + 1)}"));
        return new(Share(changed, pairs.Count), together == 0 ? 1 : still / together);
    }

    // Pairs within groups of equal keys.
    private static double Together(IEnumerable<string> keys) =>
        keys.GroupBy(k => k, StringComparer.Ordinal).Sum(g => (double)g.LongCount() * (g.LongCount() - 1) / 2);

    private static double CollisionOf(IEnumerable<CreativeIds> creatives)
    {
        var ids = creatives.Select(c => Prefix(c.Codes, c.Codes.Count)).ToList();
        return Share(ids.Count - ids.Distinct(StringComparer.Ordinal).Count(), ids.Count);
    }

    private static string Prefix(IReadOnlyList<uint> codes, int length) => string.Join('-', codes.Take(length));

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
