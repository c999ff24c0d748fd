using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Models.Media;
using Streaming.Models.Tags;

namespace Streaming.Models.Detectors;

/// <summary>The tags that models see in pictures: <c>person</c>, <c>text_color</c>, <c>object_type</c>, and the words written in them. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
public sealed class PictureTagger : IDisposable
{
    // Of the frames of a video, these many are looked at, evenly spread: each costs tens of milliseconds.
    private const int MostPictures = 2;

    private readonly List<BoxDetector> _persons = [];
    private TextReader? _text;
    private Classifier? _objects;

    private PictureTagger(TaggerManifest manifest) => Manifest = manifest;

    /// <summary>What it was loaded from.</summary>
    public TaggerManifest Manifest { get; }

    /// <summary>Loads the models that a folder's manifest names.</summary>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The manifest breaks rules (all are named), a checksum differs, or a model is not as described.</exception>
    public static PictureTagger Load(string directory)
    {
        var path = Path.Combine(directory, TaggerManifest.FileName);
        var manifest = ManifestFile.Read<TaggerManifest>(path);
        ManifestFile.ThrowIfAny(path, manifest.Validate());
        var tagger = new PictureTagger(manifest);
        try
        {
            foreach (var (i, person) in manifest.Person.Index())
                tagger._persons.Add(BoxDetector.Open(directory, person, $"person[{i}]"));
            tagger._text = manifest.Text is { } text ? TextReader.Open(directory, text, "text") : null;
            tagger._objects = manifest.ObjectType is { } objects ? Classifier.Open(directory, objects, "object_type") : null;
            return tagger;
        }
        catch
        {
            tagger.Dispose();
            throw;
        }
    }

    /// <summary>Sets the tags that its models can tell; without a picture, none.</summary>
    /// <param name="images">The creative's pictures, in order.</param>
    /// <param name="tags">Receives the tags. <c>text_color</c> is the <c>color</c> family of the largest line.</param>
    /// <returns>The lines written in the pictures.</returns>
    public IReadOnlyList<string> Fill(IReadOnlyList<DecodedImage> images, CreativeTags tags)
    {
        var pictures = Spread(images);
        if (pictures.Count == 0)
            return [];
        if (_persons.Count > 0)
            tags.Person = pictures.Any(p => _persons.Exists(d => d.Detect(p).Count > 0));
        if (_objects is not null && pictures.Select(_objects.Classify).MaxBy(l => l?.Score) is { } label)
            tags.ObjectType = label.Label;
        return _text is null ? [] : Read(pictures, tags);
    }

    /// <summary>What stands in one picture, by the text models; empty without them.</summary>
    public IReadOnlyList<TextLine> Read(DecodedImage image) => _text?.Read(image) ?? [];

    /// <summary>What each person detector finds in one picture.</summary>
    public IReadOnlyList<IReadOnlyList<Detection>> DetectPersons(DecodedImage image) => [.. _persons.Select(d => d.Detect(image))];

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var person in _persons)
            person.Dispose();
        _text?.Dispose();
        _objects?.Dispose();
    }

    private List<string> Read(IReadOnlyList<DecodedImage> pictures, CreativeTags tags)
    {
        var lines = pictures.SelectMany(_text!.Read).ToList();
        if (lines.MaxBy(l => l.Box.Area) is { Colour: var (red, green, blue) })
            tags.TextColor = ColourFamily.Names[ColourFamily.Of(red, green, blue)];
        return [.. lines.Select(l => l.Text).Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<DecodedImage> Spread(IReadOnlyList<DecodedImage> images) =>
        images.Count <= MostPictures ? images : [.. Enumerable.Range(0, MostPictures).Select(i => images[((2 * i) + 1) * images.Count / (2 * MostPictures)])];
}
