using System.Globalization;

namespace Streaming.Models.Detectors;

/// <summary>A model that finds things in a picture, and how its output is read.</summary>
public sealed record BoxDetectorManifest
{
    /// <summary>
    /// Outputs <see cref="Boxes"/> [1, n, 4], left, top, right, bottom as shares of the picture, and <see cref="Scores"/> [1, n] (SSD with its decoding in
    /// the graph).
    /// </summary>
    public const string BoxesKind = "boxes";

    /// <summary>
    /// Outputs at a quarter of the input's size: <see cref="Heatmap"/> [1, 1, h, w], <see cref="Size"/> [1, 2, h, w] = ln(height / 4), ln(width / 4),
    /// <see cref="Offset"/> [1, 2, h, w] = y, x of a centre in its cell (CenterFace).
    /// </summary>
    public const string CentresKind = "centres";

    // More say the same.
    internal const int MostCandidates = 1_000;

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary><see cref="BoxesKind"/> or <see cref="CentresKind"/>.</summary>
    public string? Kind { get; init; }

    public PictureInputManifest? Picture { get; init; }

    public string? Boxes { get; init; }

    public string? Scores { get; init; }

    public string? Heatmap { get; init; }

    public string? Size { get; init; }

    public string? Offset { get; init; }

    /// <summary>What scores more is found; 0 to 1.</summary>
    public float MinScore { get; init; } = 0.5f;

    /// <summary>A box that overlaps a better one by this much (intersection over union) is the same thing.</summary>
    public float MaxOverlap { get; init; } = 0.5f;

    internal string[] Outputs => Kind == BoxesKind ? [Boxes!, Scores!] : [Heatmap!, Size!, Offset!];

    internal IEnumerable<string> Validate(string section)
    {
        foreach (var violation in Picture?.Validate($"{section}.picture") ?? [$"{section}.picture is missing."])
            yield return violation;
        if (Kind is not (BoxesKind or CentresKind))
            yield return $"{section}.kind is '{Kind}'; it must be {BoxesKind} or {CentresKind}.";
        else if (Outputs.Any(string.IsNullOrEmpty))
            yield return $"{section}: the kind {Kind} needs the names of its outputs: {(Kind == BoxesKind ? "boxes, scores" : "heatmap, size, offset")}.";
        foreach (var (name, value) in new[] { ("min_score", MinScore), ("max_overlap", MaxOverlap) })
        {
            if (value is not (> 0 and < 1))
                yield return $"{section}.{name} is {value.ToString(CultureInfo.InvariantCulture)}; it must be between 0 and 1.";
        }
    }
}
