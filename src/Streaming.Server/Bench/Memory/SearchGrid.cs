using System.Globalization;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>The settings, all pairs, among which a case looks for the fastest that reaches its recall.</summary>
/// <param name="Lists">Posting lists to scan, rising.</param>
/// <param name="Candidates">Entries to rank by their vectors, rising.</param>
internal sealed record SearchGrid(int[] Lists, int[] Candidates)
{
    /// <summary>For searches of everything.</summary>
    public static SearchGrid Whole { get; } = new([2, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64, 96, 128, 192, 256], [30, 40, 60, 80, 100, 130, 160, 200, 250, 320, 400]);

    /// <summary>For searches of a few entries among many.</summary>
    public static SearchGrid Filtered { get; } = new([16, 64, 256, 1_024, 4_096], [100, 400, 1_600, 6_400, 25_600, 102_400]);

    /// <summary>How a figure names a setting.</summary>
    public static string Text(SearchOptions setting) => string.Create(CultureInfo.InvariantCulture, $"{setting.Lists} lists, {setting.Candidates} candidates");
}
