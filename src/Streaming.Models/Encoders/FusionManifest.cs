namespace Streaming.Models.Encoders;

/// <summary>The <c>fusion</c> section: how a text vector and a picture vector become one embedding, and what stands for a missing one.</summary>
public sealed record FusionManifest
{
    /// <summary>Both towers share one space (CLIP, SigLIP): the weighted mean of those that the creative has.</summary>
    public const string Mean = "mean";

    /// <summary>A graph takes both; a missing one is all zeros, and <c>present</c> says so, so that the graph puts a learned vector there.</summary>
    public const string Graph = "graph";

    /// <summary><see cref="Mean"/> or <see cref="Graph"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Mean: share of the text when both are there, 0 to 1.</summary>
    public float TextWeight { get; init; } = 0.5f;

    /// <summary>Graph: the fusion's ONNX file.</summary>
    public ModelFileReference? Model { get; init; }

    /// <summary>Graph: input of text vectors, float32 [batch, text width].</summary>
    public string Text { get; init; } = "text";

    /// <summary>Graph: input of picture vectors, float32 [batch, image width].</summary>
    public string Image { get; init; } = "image";

    /// <summary>Graph: input float32 [batch, 2], 1 where a creative has text and a picture, else 0.</summary>
    public string Present { get; init; } = "present";

    /// <summary>Graph: output float32 [batch, dimension].</summary>
    public string Output { get; init; } = "embedding";

    internal IEnumerable<string> Validate()
    {
        if (Kind is not (Mean or Graph))
            yield return $"fusion.kind is '{Kind}'; it must be {Mean} or {Graph}.";
        if (!(TextWeight is >= 0 and <= 1))
            yield return $"fusion.text_weight is {TextWeight}; it must be 0 to 1.";
        if (Kind == Graph)
        {
            foreach (var violation in Model?.Validate("fusion.model") ?? ["fusion.model is missing."])
                yield return violation;
        }
        else if (Model is not null)
        {
            yield return $"fusion.model belongs to kind '{Graph}'.";
        }
    }
}
