using System.Globalization;
using Streaming.Models.Encoders;

namespace Streaming.Models.Detectors;

/// <summary>A model that says which of its labels a picture shows.</summary>
public sealed record ClassifierManifest
{
    public PictureInputManifest? Picture { get; init; }

    /// <summary>Name of the graph's output: float32 [1, labels].</summary>
    public string? Scores { get; init; }

    /// <summary>True: the output is logits, and a softmax makes probabilities of them.</summary>
    public bool Softmax { get; init; }

    /// <summary>One label a line, UTF-8, in the order of the output.</summary>
    public ModelFileReference? Labels { get; init; }

    /// <summary>A label with a lower probability is not given.</summary>
    public float MinScore { get; init; } = 0.5f;

    internal IEnumerable<string> Validate(string section)
    {
        foreach (var violation in (Picture?.Validate($"{section}.picture") ?? [$"{section}.picture is missing."]).Concat(Labels?.Validate($"{section}.labels") ?? [$"{section}.labels is missing."]))
            yield return violation;
        if (string.IsNullOrEmpty(Scores))
            yield return $"{section}.scores is missing; it names the graph's output.";
        if (MinScore is not (> 0 and < 1))
            yield return $"{section}.min_score is {MinScore.ToString(CultureInfo.InvariantCulture)}; it must be between 0 and 1.";
    }
}
