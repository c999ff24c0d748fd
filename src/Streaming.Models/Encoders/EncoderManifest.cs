namespace Streaming.Models.Encoders;

/// <summary>
/// What <c>manifest.json</c> says about a text encoder: which ONNX file, how texts become its input, what comes out.
/// Another encoder takes a model's place by another manifest.
/// </summary>
public sealed record EncoderManifest
{
    /// <summary>The format this version reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>File name of a manifest in its model's directory.</summary>
    public const string FileName = "manifest.json";

    public int? FormatVersion { get; init; }

    /// <summary>Published with every embedding; embeddings of different versions are not comparable.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>False for a model whose weights were drawn, not learned.</summary>
    public bool? Trained { get; init; }

    public ModelFileReference? Model { get; init; }

    public TokenizerManifest? Tokenizer { get; init; }

    /// <summary>Name of the graph's input: int64 token ids [batch, tokens], 0 = padding.</summary>
    public string? Input { get; init; }

    /// <summary>Name of the graph's output: float32 [batch, dimension].</summary>
    public string? Output { get; init; }

    /// <summary>Numbers in an embedding.</summary>
    public int? Dimension { get; init; }

    /// <summary>True: the output is scaled to an L2 norm of 1 after the graph ran.</summary>
    public bool? Normalise { get; init; }

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
        if (FormatVersion != CurrentFormat)
            yield return $"format_version is {FormatVersion?.ToString() ?? "missing"}; this program reads {CurrentFormat}.";
        if (string.IsNullOrWhiteSpace(EncoderVersion))
            yield return "encoder_version is missing.";
        if (Trained is null)
            yield return "trained is missing; it must be true or false.";
        foreach (var violation in Model?.Validate("model") ?? ["model is missing."])
            yield return violation;
        foreach (var violation in Tokenizer?.Validate() ?? ["tokenizer is missing."])
            yield return violation;
        if (string.IsNullOrEmpty(Input))
            yield return "input is missing; it names the graph's input.";
        if (string.IsNullOrEmpty(Output))
            yield return "output is missing; it names the graph's output.";
        if (Dimension is not (>= 1 and <= 4096))
            yield return $"dimension is {Dimension?.ToString() ?? "missing"}; it must be 1 to 4096.";
        if (Normalise is null)
            yield return "normalise is missing; it must be true or false.";
    }
}
