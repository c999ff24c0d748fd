using System.Globalization;

namespace Streaming.Memory.Rules;

/// <summary>Checks <see cref="NamespaceOptions"/> and reports every violation, not only the first.</summary>
public static class NamespaceOptionsValidator
{
    private const int MaxNameLength = 64;
    private const int MaxDimension = 4_096;
    private const int MaxCount = 100_000_000;
    private const int MaxChunkRows = 1 << 20;

    /// <summary>The broken rules, in the order of the options' fields; empty when the options are valid.</summary>
    public static IReadOnlyList<MemoryViolation> Validate(NamespaceOptions options)
    {
        List<MemoryViolation> violations = [];
        if (!IsName(options.Name))
            violations.Add(new("Name", $"'{options.Name}'", $"1..{MaxNameLength} characters of a-z, 0-9, '-', '_' and '.'"));
        CheckRange("Dimension", options.Dimension, 1, MaxDimension, violations);
        if (!Enum.IsDefined(options.Metric))
            violations.Add(new("Metric", options.Metric.ToString(), "dot, cosine or l2"));
        if (options.TimeToLive is { } life && life < TimeSpan.FromMilliseconds(1))
            violations.Add(new("TimeToLive", life.ToString("c", CultureInfo.InvariantCulture), "at least 1 ms, or none"));
        CheckRange("MaxEntries", options.MaxEntries, 1, MaxCount, violations);
        CheckRange("MaxTombstones", options.MaxTombstones, 0, MaxCount, violations);
        CheckRange("ChunkRows", options.ChunkRows, 2, MaxChunkRows, violations);
        // A chunk's vectors are one array; its length must stay below the runtime's limit.
        if ((long)options.ChunkRows * options.Dimension > Array.MaxLength)
            violations.Add(new("ChunkRows", Text(options.ChunkRows), $"ChunkRows × Dimension is at most {Array.MaxLength}"));
        return violations;
    }

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength }
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    private static void CheckRange(string field, int value, int low, int high, List<MemoryViolation> violations)
    {
        if (value < low || value > high)
            violations.Add(new(field, Text(value), $"{low}..{high}"));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
