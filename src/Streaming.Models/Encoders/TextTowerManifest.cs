namespace Streaming.Models.Encoders;

/// <summary>The <c>text</c> section of an encoder's manifest: text → tokens → graph → pooling → projection → norm.</summary>
public sealed record TextTowerManifest
{
    public ModelFileReference? Model { get; init; }

    public TokenizerManifest? Tokenizer { get; init; }

    public TextInputsManifest? Inputs { get; init; }

    /// <summary>Name of the graph's output: float32 [batch, width], or [batch, tokens, width] with a <see cref="Pooling"/>.</summary>
    public string? Output { get; init; }

    /// <summary>One of <see cref="PoolingKinds"/>; default none.</summary>
    public string Pooling { get; init; } = PoolingKinds.None;

    /// <summary>True: the tower's output is scaled to an L2 norm of 1 before a fusion.</summary>
    public bool Normalise { get; init; }

    /// <summary>Matrix that the pooled output is multiplied with; optional.</summary>
    public ProjectionManifest? Projection { get; init; }

    /// <summary>One of <see cref="BatchingKinds"/>; default alone.</summary>
    public string Batching { get; init; } = BatchingKinds.Alone;

    /// <summary>Most texts of one run of the graph.</summary>
    public int BatchMax { get; init; } = 1;

    internal IEnumerable<string> Validate()
    {
        foreach (var violation in Model?.Validate("text.model") ?? ["text.model is missing."])
            yield return violation;
        foreach (var violation in Tokenizer?.Validate("text.tokenizer") ?? ["text.tokenizer is missing."])
            yield return violation;
        foreach (var violation in Inputs?.Validate(Tokenizer?.Kind) ?? ["text.inputs is missing."])
            yield return violation;
        if (string.IsNullOrEmpty(Output))
            yield return "text.output is missing; it names the graph's output.";
        foreach (var violation in PoolingKinds.Validate("text", Pooling).Concat(BatchingKinds.Validate("text", Batching, BatchMax)).Concat(Projection?.Validate("text") ?? []))
            yield return violation;
        if (Tokenizer?.Kind == TokenizerManifest.InGraph && Pooling is PoolingKinds.Mean or PoolingKinds.Max && Inputs?.Ids is null)
            yield return $"text.pooling is '{Pooling}'; a graph with its own tokenizer hides its mask, so it must pool by itself ('none' or 'cls').";
    }
}
