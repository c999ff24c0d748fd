using Streaming.Models.Encoders;

namespace Streaming.Models.Detectors;

/// <summary>Two models that read what is written in a picture: where (a map of text probability) and what (CTC over characters), as PP-OCR's.</summary>
public sealed record TextReaderManifest
{
    /// <summary>Input of the detector.</summary>
    public PictureInputManifest? Detection { get; init; }

    /// <summary>Output of the detector: float32 [1, 1, height, width], 0 to 1.</summary>
    public string? Map { get; init; }

    /// <summary>Input of the recogniser; its height is the line's, its width the least.</summary>
    public PictureInputManifest? Recognition { get; init; }

    /// <summary>Output of the recogniser: float32 [1, steps, characters + 2], probabilities; first no character, last a space.</summary>
    public string? Characters { get; init; }

    /// <summary>One character a line, UTF-8, line ends LF.</summary>
    public ModelFileReference? Dictionary { get; init; }

    internal IEnumerable<string> Validate(string section)
    {
        foreach (var violation in (Detection?.Validate($"{section}.detection") ?? [$"{section}.detection is missing."])
            .Concat(Recognition?.Validate($"{section}.recognition") ?? [$"{section}.recognition is missing."])
            .Concat(Dictionary?.Validate($"{section}.dictionary") ?? [$"{section}.dictionary is missing."]))
            yield return violation;
        if (Recognition is { Width: null })
            yield return $"{section}.recognition.width and height are missing.";
        if (string.IsNullOrEmpty(Map))
            yield return $"{section}.map is missing; it names the detector's output.";
        if (string.IsNullOrEmpty(Characters))
            yield return $"{section}.characters is missing; it names the recogniser's output.";
    }
}
