namespace Streaming.Models.Encoders;

/// <summary>Names of a text graph's inputs. Their types are the graph's: int64, int32 or (mask) float for tokens, string for a text.</summary>
public sealed record TextInputsManifest
{
    /// <summary>Token ids [batch, tokens].</summary>
    public string? Ids { get; init; }

    /// <summary>1 for a token, 0 for padding [batch, tokens]; absent for a graph that tells padding by its id or has none.</summary>
    public string? Mask { get; init; }

    /// <summary>Segments of BERT, all 0 [batch, tokens].</summary>
    public string? Types { get; init; }

    /// <summary>The text itself, string [batch]: for a graph with its tokenizer inside.</summary>
    public string? Text { get; init; }

    internal IEnumerable<string> Names => new[] { Ids, Mask, Types, Text }.OfType<string>();

    internal IEnumerable<string> Validate(string? tokenizer)
    {
        if (tokenizer == TokenizerManifest.InGraph && (string.IsNullOrEmpty(Text) || Ids is not null || Mask is not null || Types is not null))
            yield return $"text.inputs is {{ids: '{Ids}', mask: '{Mask}', types: '{Types}', text: '{Text}'}}; a graph with its own tokenizer takes 'text' alone.";
        if (tokenizer is not (null or TokenizerManifest.InGraph) && (string.IsNullOrEmpty(Ids) || Text is not null))
            yield return $"text.inputs is {{ids: '{Ids}', text: '{Text}'}}; tokens go to 'ids', and 'text' is for a graph with its own tokenizer.";
        var names = Names.ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            yield return $"text.inputs names one input twice: {string.Join(", ", names)}.";
    }
}
