namespace Streaming.Models.Encoders;

/// <summary>
/// What may share one run of a graph. An embedding must not depend on its neighbours, so a model that quantises its activations as it runs
/// goes alone; what a manifest allows beyond that is checked on probes when the encoder is loaded.
/// </summary>
public static class BatchingKinds
{
    /// <summary>One creative a run.</summary>
    public const string Alone = "alone";

    /// <summary>Texts of as many tokens, or any pictures: nothing is padded.</summary>
    public const string EqualLength = "equal_length";

    /// <summary>Any texts: the shorter ones are padded. For a model whose sums do not change by it; ONNX Runtime's ReduceSum does, rarely, in the last bits.</summary>
    public const string Padded = "padded";

    internal const int Largest = 1024;

    internal static IEnumerable<string> Validate(string section, string? kind, int max)
    {
        if (kind is not (Alone or EqualLength or Padded))
            yield return $"{section}.batching is '{kind}'; it must be {Alone}, {EqualLength} or {Padded}.";
        if (max is < 1 or > Largest || kind == Alone && max != 1)
            yield return $"{section}.batch_max is {max}; it must be 1 to {Largest}, and 1 with batching '{Alone}'.";
    }
}
