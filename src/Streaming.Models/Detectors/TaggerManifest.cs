namespace Streaming.Models.Detectors;

/// <summary>
/// The <c>manifest.json</c> of a tagger: which models see what in pictures. Every section is optional; a tag whose section is missing stays absent.
/// </summary>
public sealed record TaggerManifest
{
    public const string FileName = "manifest.json";

    /// <summary>Of the whole, for people.</summary>
    public string? TaggerVersion { get; init; }

    /// <summary>For the tag <c>person</c>, true when one of them finds one: detectors of faces, of persons, or both.</summary>
    public IReadOnlyList<BoxDetectorManifest> Person { get; init; } = [];

    /// <summary>For the tags of text: what is written in the pictures counts as words of the creative.</summary>
    public TextReaderManifest? Text { get; init; }

    /// <summary>For the tag <c>object_type</c>.</summary>
    public ClassifierManifest? ObjectType { get; init; }

    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrEmpty(TaggerVersion))
            yield return "tagger_version is missing.";
        if (Person.Count == 0 && Text is null && ObjectType is null)
            yield return "person, text and object_type are missing; a tagger needs at least one.";
        foreach (var violation in Person.SelectMany((detector, i) => detector.Validate($"person[{i}]")).Concat(Text?.Validate("text") ?? []).Concat(ObjectType?.Validate("object_type") ?? []))
            yield return violation;
    }
}
