namespace Streaming.Models.Encoders;

/// <summary>
/// What <c>manifest.json</c> says about an encoder of creatives: a text tower, an image tower, or both with their fusion. Another model
/// takes an encoder's place by another manifest, without code; docs/encoders.md lists the fields.
/// </summary>
/// <remarks>
/// Format 1 describes one hashed text tower by fields at the top (<see cref="Model"/> to <see cref="Output"/>). It is read for ever and
/// shown as a <see cref="Text"/> section; new manifests are of format 2.
/// </remarks>
public sealed record EncoderManifest
{
    /// <summary>The format that new manifests have.</summary>
    public const int CurrentFormat = 2;

    /// <summary>The format of one text tower with hashed n-grams.</summary>
    public const int HashedTextFormat = 1;

    /// <summary>File name of a manifest in its model's directory.</summary>
    public const string FileName = "manifest.json";

    // Of one length: a format 1 graph ignores padding, but zeros in a sum change its order and so, rarely, its last bits.
    private const int HashedTextBatch = 64;

    public int? FormatVersion { get; init; }

    /// <summary>Published with every embedding; embeddings of different versions are not comparable.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>False for a model whose weights were drawn, not learned.</summary>
    public bool? Trained { get; init; }

    /// <summary>Numbers in a published embedding.</summary>
    public int? Dimension { get; init; }

    /// <summary>True: the published embedding is scaled to an L2 norm of 1 after everything ran.</summary>
    public bool? Normalise { get; init; }

    /// <summary>Format 2: how a creative's text is encoded; absent for an image encoder.</summary>
    public TextTowerManifest? Text { get; init; }

    /// <summary>Format 2: how a creative's picture is encoded; absent for a text encoder.</summary>
    public ImageTowerManifest? Image { get; init; }

    /// <summary>Format 2: how the two towers become one embedding; with both towers only.</summary>
    public FusionManifest? Fusion { get; init; }

    /// <summary>Format 1: the graph.</summary>
    public ModelFileReference? Model { get; init; }

    /// <summary>Format 1: hashed n-grams.</summary>
    public TokenizerManifest? Tokenizer { get; init; }

    /// <summary>Format 1: the graph's input, int64 token ids [batch, tokens], 0 = padding.</summary>
    public string? Input { get; init; }

    /// <summary>Format 1: the graph's output, float32 [batch, dimension].</summary>
    public string? Output { get; init; }

    /// <summary>Reads and validates the manifest of an encoder.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not a valid manifest; the message lists every violation. Replace the model's directory.</exception>
    public static EncoderManifest Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var manifest = ManifestFile.Read<EncoderManifest>(path);
        ManifestFile.ThrowIfAny(path, manifest.Validate());
        return manifest;
    }

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate()
    {
        if (FormatVersion is not (HashedTextFormat or CurrentFormat))
            yield return $"format_version is {FormatVersion?.ToString() ?? "missing"}; this program reads {HashedTextFormat} and {CurrentFormat}.";
        if (string.IsNullOrWhiteSpace(EncoderVersion))
            yield return "encoder_version is missing.";
        if (Trained is null)
            yield return "trained is missing; it must be true or false.";
        if (Dimension is not (>= 1 and <= 4096))
            yield return $"dimension is {Dimension?.ToString() ?? "missing"}; it must be 1 to 4096.";
        if (Normalise is null)
            yield return "normalise is missing; it must be true or false.";
        foreach (var violation in FormatVersion == HashedTextFormat ? ValidateHashedText() : ValidateTowers())
            yield return violation;
    }

    /// <summary>The text tower of either format, of a valid manifest; null for an image encoder.</summary>
    internal TextTowerManifest? TextTower => FormatVersion != HashedTextFormat ? Text : new()
    {
        Model = Model,
        Tokenizer = Tokenizer,
        Inputs = new() { Ids = Input },
        Output = Output,
        Pooling = PoolingKinds.None,
        Batching = BatchingKinds.EqualLength,
        BatchMax = HashedTextBatch,
    };

    private IEnumerable<string> ValidateHashedText()
    {
        foreach (var violation in Model?.Validate("model") ?? ["model is missing."])
            yield return violation;
        foreach (var violation in Tokenizer?.Validate("tokenizer") ?? ["tokenizer is missing."])
            yield return violation;
        if (Tokenizer is { Kind: not TokenizerManifest.HashedNgrams })
            yield return $"tokenizer.kind is '{Tokenizer.Kind}'; format 1 knows '{TokenizerManifest.HashedNgrams}' only.";
        if (string.IsNullOrEmpty(Input))
            yield return "input is missing; it names the graph's input.";
        if (string.IsNullOrEmpty(Output))
            yield return "output is missing; it names the graph's output.";
        if (Text is not null || Image is not null || Fusion is not null)
            yield return "text, image and fusion belong to format 2.";
    }

    private IEnumerable<string> ValidateTowers()
    {
        if (Text is null && Image is null)
            yield return "text and image are missing; an encoder has at least one of them.";
        foreach (var violation in (Text?.Validate() ?? []).Concat(Image?.Validate() ?? []).Concat(Fusion?.Validate() ?? []))
            yield return violation;
        if (Text is not null && Image is not null && Fusion is null)
            yield return "fusion is missing; an encoder with text and image says how they become one embedding.";
        if ((Text is null || Image is null) && Fusion is not null)
            yield return "fusion needs text and image.";
        if (Model is not null || Tokenizer is not null || Input is not null || Output is not null)
            yield return "model, tokenizer, input and output at the top belong to format 1; format 2 has them in text or image.";
    }
}
