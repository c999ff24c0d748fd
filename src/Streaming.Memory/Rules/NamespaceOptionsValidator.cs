using System.Globalization;
using Streaming.Memory.Lists;

namespace Streaming.Memory.Rules;

/// <summary>Checks <see cref="NamespaceOptions"/> and reports every violation, not only the first.</summary>
public static class NamespaceOptionsValidator
{
    private const int MaxNameLength = 64;
    private const int MaxDimension = 4_096;
    private const int MaxCount = 100_000_000;
    private const int MaxFilterDeletes = 100_000;
    private const int MaxSearchLists = 65_536;
    private const int MaxSearchCandidates = 1_000_000;
    private const int MaxTrainAt = 1_000_000;
    private const int MaxEntriesPerList = 65_536;
    private const int MaxChunkEntries = 65_536;
    private const int MaxPageRows = 1 << 20;
    private const int MaxVersions = 1_000_000;

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
        if (!Enum.IsDefined(options.Eviction))
            violations.Add(new("Eviction", options.Eviction.ToString(), "oldest or least_recently_used"));
        CheckRange("MaxTombstones", options.MaxTombstones, 0, MaxCount, violations);
        CheckRange("MaxFilterDeletes", options.MaxFilterDeletes, 0, MaxFilterDeletes, violations);
        if (!Enum.IsDefined(options.Format))
            violations.Add(new("Format", options.Format.ToString(), "half_precision or single_precision"));
        CheckRange("SearchLists", options.SearchLists, 1, MaxSearchLists, violations);
        CheckRange("SearchCandidates", options.SearchCandidates, 1, MaxSearchCandidates, violations);
        CheckRange("TrainAt", options.TrainAt, CodeBlock.Entries, MaxTrainAt, violations);
        CheckRange("EntriesPerList", options.EntriesPerList, 1, MaxEntriesPerList, violations);
        CheckRange("ChunkEntries", options.ChunkEntries, CodeBlock.Entries, MaxChunkEntries, violations);
        if (options.ChunkEntries % CodeBlock.Entries != 0)
            violations.Add(new("ChunkEntries", Text(options.ChunkEntries), $"a multiple of {CodeBlock.Entries}"));
        CheckRange("PageRows", options.PageRows, 2, MaxPageRows, violations);
        if (!int.IsPow2(options.PageRows))
            violations.Add(new("PageRows", Text(options.PageRows), "a power of two"));
        CheckRange("Retention.Versions", options.Retention.Versions, 1, MaxVersions, violations);
        if (options.Retention.Time < TimeSpan.Zero)
            violations.Add(new("Retention.Time", options.Retention.Time.ToString("c", CultureInfo.InvariantCulture), "0 or more"));
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
