using Streaming.Models.Encoders;

namespace Streaming.Models.SemanticIds;

/// <summary>The <c>manifest.json</c> of a codebook.</summary>
internal sealed record CodebookManifest
{
    public const int CurrentFormat = 1;

    public int? FormatVersion { get; init; }

    public string? CodebookVersion { get; init; }

    public string? EncoderVersion { get; init; }

    public string? Method { get; init; }

    public int? Layers { get; init; }

    public int? Size { get; init; }

    public int? Dimension { get; init; }

    public ModelFileReference? Centroids { get; init; }

    public static CodebookManifest From(CodebookInfo info, ModelFileReference centroids) => new()
    {
        FormatVersion = CurrentFormat,
        CodebookVersion = info.Version,
        EncoderVersion = info.EncoderVersion,
        Method = info.Method,
        Layers = info.Layers,
        Size = info.Size,
        Dimension = info.Dimension,
        Centroids = centroids,
    };

    /// <summary>A missing number reads as 0, which its rule then reports.</summary>
    public CodebookInfo ToInfo() =>
        new(CodebookVersion ?? "", EncoderVersion ?? "", Method ?? "", Layers ?? 0, Size ?? 0, Dimension ?? 0);

    public IEnumerable<string> Validate()
    {
        if (FormatVersion != CurrentFormat)
            yield return $"format_version is {FormatVersion?.ToString() ?? "missing"}; this program reads {CurrentFormat}.";
        foreach (var violation in ToInfo().Validate())
            yield return violation;
        foreach (var violation in Centroids?.Validate("centroids") ?? ["centroids is missing."])
            yield return violation;
    }
}
