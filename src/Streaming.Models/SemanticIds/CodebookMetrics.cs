namespace Streaming.Models.SemanticIds;

/// <summary>How well semantic IDs use their codebook, over a set of creatives.</summary>
/// <param name="Rows">Creatives (N).</param>
/// <param name="UniqueIds">Distinct code sequences among them.</param>
/// <param name="Levels">One per layer, coarse to fine.</param>
public sealed record CodebookMetrics(int Rows, int UniqueIds, IReadOnlyList<CodebookLevelMetrics> Levels)
{
    /// <summary>(N − unique) / N, 0..1: the share of creatives whose codes another one already had.</summary>
    public double Collision => (double)(Rows - UniqueIds) / Rows;

    /// <param name="codes">N × <paramref name="layers"/> codes, row-major.</param>
    /// <param name="layers">Codes in a row, at least 1.</param>
    /// <param name="size">Codes of a layer: 0..size−1.</param>
    /// <exception cref="ArgumentException">No row, a broken row, or a code outside its layer.</exception>
    public static CodebookMetrics Compute(ReadOnlySpan<int> codes, int layers, int size)
    {
        if (codes.IsEmpty || layers < 1 || codes.Length % layers != 0)
            throw new ArgumentException($"{codes.Length} codes are not one or more rows of {layers}.", nameof(codes));
        if (codes.IndexOfAnyExceptInRange(0, size - 1) is >= 0 and var wrong)
            throw new ArgumentException($"Code {wrong} is {codes[wrong]}; it must be 0 to {size - 1}.", nameof(codes));

        var rows = codes.Length / layers;
        var counts = new int[layers][];
        for (var layer = 0; layer < layers; layer++)
        {
            counts[layer] = new int[size];
            for (var row = 0; row < rows; row++)
                counts[layer][codes[row * layers + layer]]++;
        }
        return new CodebookMetrics(rows, CountUnique(codes, layers), [.. counts.Select(CodebookLevelMetrics.FromCounts)]);
    }

    private static int CountUnique(ReadOnlySpan<int> codes, int layers)
    {
        // Number every distinct prefix; a row is then (number of its prefix, next code), layer after layer.
        var rows = codes.Length / layers;
        var prefix = new int[rows];
        var unique = 1;
        for (var layer = 0; layer < layers; layer++)
        {
            var numbers = new Dictionary<(int Prefix, int Code), int>();
            for (var row = 0; row < rows; row++)
            {
                var key = (prefix[row], codes[row * layers + layer]);
                numbers.TryAdd(key, numbers.Count);
                prefix[row] = numbers[key];
            }
            unique = numbers.Count;
        }
        return unique;
    }
}
