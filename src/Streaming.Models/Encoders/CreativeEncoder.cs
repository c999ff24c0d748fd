using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>
/// Turns creatives into embeddings as a manifest says: text tower, image tower, fusion, L2 norm of 1.
/// </summary>
/// <remarks>
/// <para>An embedding is the same bits whatever else is in the batch and whichever thread asks. What the manifest allows to share a run is
/// checked on probes when it is loaded. Across processor types the last bits may differ, as ONNX Runtime chooses its kernels by type.</para>
/// <para>Safe for any number of threads. <see cref="Dispose"/> must not run beside an encode.</para>
/// </remarks>
public sealed class CreativeEncoder : IDisposable
{
    private readonly TextTower? _text;
    private readonly ImageTower? _image;
    private readonly FusionHead? _fusion;
    private readonly bool _normalise;
    private readonly int _textBatch;
    private readonly int _imageBatch;

    private CreativeEncoder(EncoderManifest manifest, TextTower? text, ImageTower? image, FusionHead? fusion)
    {
        (Manifest, _text, _image, _fusion) = (manifest, text, image, fusion);
        Dimension = manifest.Dimension!.Value;
        _normalise = manifest.Normalise!.Value;
        (_textBatch, _imageBatch) = (text?.BatchMax ?? 1, image?.BatchMax ?? 1);
    }

    public EncoderManifest Manifest { get; }

    /// <summary>Published with every embedding.</summary>
    public string Version => Manifest.EncoderVersion!;

    /// <summary>Numbers in an embedding.</summary>
    public int Dimension { get; }

    /// <summary>False for an encoder of pictures only: its creatives cannot be searched by words.</summary>
    public bool ReadsText => _text is not null;

    /// <summary>True when a picture changes an embedding: the caller decodes it then.</summary>
    public bool ReadsImages => _image is not null;

    /// <summary>Most texts of one run; 1 where each goes alone or none is read.</summary>
    public int TextBatchMax => _textBatch;

    /// <summary>Loads <c>manifest.json</c> and the files that it names.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The manifest is invalid, a checksum differs, or a file does not fit the manifest. The message lists what; replace the directory.
    /// </exception>
    public static CreativeEncoder Load(string directory)
    {
        var manifest = EncoderManifest.Load(directory);
        var violations = new List<string>();
        TextTower? text = null;
        ImageTower? image = null;
        FusionHead? fusion = null;
        try
        {
            int? single = manifest.Fusion is null ? manifest.Dimension : null;
            text = manifest.TextTower is { } texts ? TextTower.Open(directory, texts, single, violations) : null;
            image = manifest.Image is { } images ? ImageTower.Open(directory, images, single, violations) : null;
            fusion = manifest.Fusion is { } both && text is not null && image is not null
                ? FusionHead.Open(directory, both, text.Width, image.Width, manifest.Dimension!.Value, violations)
                : null;
            if (violations.Count == 0 && text is not null)
                violations.AddRange(BatchProbe.Texts(text));
            if (violations.Count == 0 && image is not null)
                violations.AddRange(BatchProbe.Images(image));
            ManifestFile.ThrowIfAny(Path.Combine(directory, EncoderManifest.FileName), violations);
            return new CreativeEncoder(manifest, text, image, fusion);
        }
        catch
        {
            text?.Dispose();
            image?.Dispose();
            fusion?.Dispose();
            throw;
        }
    }

    /// <summary>Encodes texts without pictures. A text without words gets the embedding of the model for no text.</summary>
    /// <param name="texts">n texts of any length; the tokenizer bounds what is read.</param>
    /// <param name="embeddings">Receives n × <see cref="Dimension"/> numbers, row-major, each row of L2 norm 1 (if the manifest normalises).</param>
    /// <exception cref="ArgumentException"><paramref name="embeddings"/> is not n × <see cref="Dimension"/> long.</exception>
    /// <exception cref="InvalidDataException">As for the other overload.</exception>
    public void Encode(IReadOnlyList<string> texts, Span<float> embeddings) => Encode([.. texts.Select(text => new EncoderInput(text))], embeddings);

    /// <summary>Encodes creatives. What a creative has and the manifest does not read is left out.</summary>
    /// <param name="inputs">n creatives.</param>
    /// <param name="embeddings">As above.</param>
    /// <exception cref="ArgumentException"><paramref name="embeddings"/> is not n × <see cref="Dimension"/> long.</exception>
    /// <exception cref="InvalidDataException">A creative has nothing that the encoder reads, or gives no finite, nonzero embedding: encode one at a time, and treat that record as bad.</exception>
    public void Encode(IReadOnlyList<EncoderInput> inputs, Span<float> embeddings)
    {
        if (embeddings.Length != inputs.Count * Dimension)
            throw new ArgumentException($"Room for {embeddings.Length} numbers, but {inputs.Count} creatives need {inputs.Count * Dimension}.", nameof(embeddings));

        var texts = TextVectors(inputs);
        var images = ImageVectors(inputs);
        var (textRow, imageRow) = (0, 0);
        for (var i = 0; i < inputs.Count; i++)
        {
            var text = HasText(inputs[i]) ? texts.AsSpan(textRow++ * _text!.Width, _text.Width) : [];
            var image = HasImage(inputs[i]) ? images.AsSpan(imageRow++ * _image!.Width, _image.Width) : [];
            var embedding = embeddings.Slice(i * Dimension, Dimension);
            if (text.IsEmpty && image.IsEmpty)
                throw new InvalidDataException($"Encoder {Version} reads pictures, and the creative has none.");
            if (_fusion is not null)
                _fusion.Fuse(text, image, _text!.Width, _image!.Width, embedding);
            else
                (text.IsEmpty ? image : text).CopyTo(embedding);
            Finish(embedding, inputs[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _text?.Dispose();
        _image?.Dispose();
        _fusion?.Dispose();
    }

    /// <summary>The token ids of a text, to compare a manifest with its model's reference; null without a text tower or with the tokenizer in its graph.</summary>
    public long[]? Tokenize(string text) => _text?.Tokenize(text);

    // Without any input a text encoder still answers, by the embedding that it has for no text.
    private bool HasText(EncoderInput input) => _text is not null && (input.Text is not null || !HasImage(input));

    private bool HasImage(EncoderInput input) => _image is not null && input.Image is not null;

    private float[] TextVectors(IReadOnlyList<EncoderInput> inputs)
    {
        if (_text is null)
            return [];
        List<string> texts = [.. inputs.Where(HasText).Select(input => input.Text ?? "")];
        var vectors = new float[texts.Count * _text.Width];
        _text.Encode(texts, vectors, _textBatch);
        return vectors;
    }

    private float[] ImageVectors(IReadOnlyList<EncoderInput> inputs)
    {
        if (_image is null)
            return [];
        List<DecodedImage> images = [.. inputs.Where(HasImage).Select(input => input.Image!)];
        var vectors = new float[images.Count * _image.Width];
        _image.Encode(images, vectors, _imageBatch);
        return vectors;
    }

    private void Finish(Span<float> embedding, EncoderInput input)
    {
        var norm = EmbeddingMath.Norm(embedding);
        if (!double.IsFinite(norm) || norm == 0)
            throw new InvalidDataException($"Encoder {Version} gave an embedding of norm {norm} for a text of {input.Text?.Length ?? 0} characters{(input.Image is null ? "" : " and a picture")}.");
        if (_normalise)
            EmbeddingMath.Divide(embedding, norm);
    }
}
