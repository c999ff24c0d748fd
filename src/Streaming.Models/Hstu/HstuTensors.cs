namespace Streaming.Models.Hstu;

/// <summary>Names and shapes of a model's tensors in its weights file.</summary>
/// <remarks>
/// D = width, C = content width, O = output width, A = actions, W = window, E = heads · head width.
/// <code>
/// content.weight   [D, C]    content.bias [D]       x0 = sqrt(D) * (content.weight * c + content.bias + actions[a])
/// actions          [A, D]    unknown      [C]       unknown = c of a token whose creative has no features yet
/// layers.L.uvqk    [D, 4E]   columns u, v, q, k; each head-major
/// layers.L.position_bias [W] by lag i - j           layers.L.time_bias [129] by bucket; only with time bias
/// layers.L.output.weight [D, E]  layers.L.output.bias [D]
/// head.weight      [O, D]    head.bias    [O]
/// </code>
/// Matrices named weight are [out, in], as PyTorch's Linear keeps them.
/// </remarks>
public static class HstuTensors
{
    /// <summary>Content projection, [D, C].</summary>
    public const string ContentWeight = "content.weight";

    /// <summary>Content projection's bias, [D].</summary>
    public const string ContentBias = "content.bias";

    /// <summary>Action vectors, [A, D].</summary>
    public const string Actions = "actions";

    /// <summary>Content vector of a creative without features, [C].</summary>
    public const string Unknown = "unknown";

    /// <summary>Output projection, [O, D].</summary>
    public const string HeadWeight = "head.weight";

    /// <summary>Output projection's bias, [O].</summary>
    public const string HeadBias = "head.bias";

    /// <summary>A layer's joint projection, [D, 4E].</summary>
    public static string Uvqk(int layer) => $"layers.{layer}.uvqk";

    /// <summary>A layer's bias by lag, [W].</summary>
    public static string PositionBias(int layer) => $"layers.{layer}.position_bias";

    /// <summary>A layer's bias by time bucket, [129].</summary>
    public static string TimeBias(int layer) => $"layers.{layer}.time_bias";

    /// <summary>A layer's output projection, [D, E].</summary>
    public static string OutputWeight(int layer) => $"layers.{layer}.output.weight";

    /// <summary>A layer's output projection's bias, [D].</summary>
    public static string OutputBias(int layer) => $"layers.{layer}.output.bias";

    /// <summary>Name and shape of every tensor of a valid configuration.</summary>
    public static IEnumerable<KeyValuePair<string, int[]>> Shapes(HstuConfig config)
    {
        yield return new(ContentWeight, [config.Width, config.ContentWidth]);
        yield return new(ContentBias, [config.Width]);
        yield return new(Actions, [config.Actions.Count, config.Width]);
        yield return new(Unknown, [config.ContentWidth]);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            yield return new(Uvqk(layer), [config.Width, 4 * config.HeadsWidth]);
            yield return new(PositionBias(layer), [config.Window]);
            if (config.TimeBias) yield return new(TimeBias(layer), [HstuTimeBucket.Count]);
            yield return new(OutputWeight(layer), [config.Width, config.HeadsWidth]);
            yield return new(OutputBias(layer), [config.Width]);
        }
        yield return new(HeadWeight, [config.OutputWidth, config.Width]);
        yield return new(HeadBias, [config.OutputWidth]);
    }
}
