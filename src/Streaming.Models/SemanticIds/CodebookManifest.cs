using System.Text.Json.Serialization;
using Streaming.Models.Encoders;

namespace Streaming.Models.SemanticIds;

/// <summary>The <c>manifest.json</c> of a codebook.</summary>
/// <remarks>
/// Format 1 is plain centroids. Format 2 adds <c>normalise_residuals</c>, and centroids.bin may hold biases and a projection. A codebook that
/// needs nothing of format 2 is written as format 1, so that programs before it read it.
/// </remarks>
internal sealed record CodebookManifest
{
    public int? FormatVersion { get; init; }

    public string? CodebookVersion { get; init; }

    public string? EncoderVersion { get; init; }

    public string? Method { get; init; }

    public int? Layers { get; init; }

    public int? Size { get; init; }

    public int? Dimension { get; init; }

    /// <summary>Null, and not written, in format 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? NormaliseResiduals { get; init; }

    public ModelFileReference? Centroids { get; init; }

    public static CodebookManifest From(CodebookInfo info, int format, ModelFileReference centroids) => new()
    {
        FormatVersion = format,
        CodebookVersion = info.Version,
        EncoderVersion = info.EncoderVersion,
        Method = info.Method,
        Layers = info.Layers,
        Size = info.Size,
        Dimension = info.Dimension,
        NormaliseResiduals = format == CodebookBinary.Plain ? null : info.NormaliseResiduals,
        Centroids = centroids,
    };

    /// <summary>A missing number reads as 0, which its rule then reports.</summary>
    public CodebookInfo ToInfo() =>
        new(CodebookVersion ?? "", EncoderVersion ?? "", Method ?? "", Layers ?? 0, Size ?? 0, Dimension ?? 0) { NormaliseResiduals = NormaliseResiduals ?? false };

    public IEnumerable<string> Validate()
    {
        if (FormatVersion is not (CodebookBinary.Plain or CodebookBinary.Extended))
            yield return $"format_version is {FormatVersion?.ToString() ?? "missing"}; this program reads {CodebookBinary.Plain} and {CodebookBinary.Extended}.";
        if (FormatVersion == CodebookBinary.Plain && NormaliseResiduals is not null)
            yield return $"normalise_residuals is {NormaliseResiduals}; format 1 has none.";
        if (FormatVersion == CodebookBinary.Extended && NormaliseResiduals is null)
            yield return "normalise_residuals is missing; it must be true or false.";
        foreach (var violation in ToInfo().Validate())
            yield return violation;
        foreach (var violation in Centroids?.Validate("centroids") ?? ["centroids is missing."])
            yield return violation;
    }
}
