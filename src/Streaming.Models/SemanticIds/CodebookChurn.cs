namespace Streaming.Models.SemanticIds;

/// <summary>What changes for creatives when one codebook takes another's place.</summary>
/// <param name="Rows">Creatives.</param>
/// <param name="ChangedIds">Share of the creatives whose whole ID is another, 0..1.</param>
/// <param name="Levels">One for each layer that both have, coarse to fine.</param>
public sealed record CodebookChurn(int Rows, double ChangedIds, IReadOnlyList<CodebookChurnLevel> Levels)
{
    /// <param name="before">Codes of the creatives, <paramref name="layersBefore"/> each.</param>
    /// <param name="layersBefore">Layers of the codebook before.</param>
    /// <param name="after">Codes of the same creatives in the same order.</param>
    /// <param name="layersAfter">Layers of the codebook after.</param>
    /// <exception cref="ArgumentException">No creative, broken rows, or another number of creatives.</exception>
    public static CodebookChurn Compute(ReadOnlySpan<int> before, int layersBefore, ReadOnlySpan<int> after, int layersAfter)
    {
        if (before.IsEmpty || before.Length % layersBefore != 0 || after.Length % layersAfter != 0 || before.Length / layersBefore != after.Length / layersAfter)
            throw new ArgumentException($"{before.Length} codes of {layersBefore} layers and {after.Length} of {layersAfter} are not the same creatives.", nameof(after));

        var rows = before.Length / layersBefore;
        var levels = new List<CodebookChurnLevel>();
        var (prefixBefore, prefixAfter) = (new int[rows], new int[rows]);
        for (var layer = 0; layer < Math.Min(layersBefore, layersAfter); layer++)
        {
            var (old, now) = (Column(before, layersBefore, layer), Column(after, layersAfter, layer));
            Extend(prefixBefore, old);
            Extend(prefixAfter, now);
            levels.Add(new CodebookChurnLevel(Changed(old, now), 1 - ((double)BestMatch(old, now) / rows), Kept(prefixBefore, prefixAfter)));
        }
        var changed = 0;
        for (var row = 0; row < rows; row++)
            changed += before.Slice(row * layersBefore, layersBefore).SequenceEqual(after.Slice(row * layersAfter, layersAfter)) ? 0 : 1;
        return new CodebookChurn(rows, (double)changed / rows, levels);
    }

    private static int[] Column(ReadOnlySpan<int> codes, int layers, int layer)
    {
        var column = new int[codes.Length / layers];
        for (var row = 0; row < column.Length; row++)
            column[row] = codes[(row * layers) + layer];
        return column;
    }

    private static double Changed(int[] before, int[] after) => (double)before.Zip(after).Count(pair => pair.First != pair.Second) / before.Length;

    // Greedy: the pair of codes with most creatives first, each code once; ties by code. Within a few percent of the best assignment.
    private static int BestMatch(int[] before, int[] after)
    {
        var (usedBefore, usedAfter) = (new HashSet<int>(), new HashSet<int>());
        return before.Zip(after).GroupBy(pair => pair)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.First).ThenBy(group => group.Key.Second)
            .Where(group => !usedBefore.Contains(group.Key.First) && !usedAfter.Contains(group.Key.Second) && usedBefore.Add(group.Key.First) && usedAfter.Add(group.Key.Second))
            .Sum(group => group.Count());
    }

    private static double? Kept(int[] before, int[] after)
    {
        var together = Pairs(before);
        return together == 0 ? null : (double)Pairs(before.Zip(after)) / together;
    }

    private static long Pairs<T>(IEnumerable<T> labels) => labels.GroupBy(label => label).Sum(group => (long)group.Count() * (group.Count() - 1) / 2);

    private static void Extend(int[] prefix, int[] codes)
    {
        var numbers = new Dictionary<(int, int), int>();
        for (var row = 0; row < prefix.Length; row++)
        {
            var key = (prefix[row], codes[row]);
            numbers.TryAdd(key, numbers.Count);
            prefix[row] = numbers[key];
        }
    }
}
