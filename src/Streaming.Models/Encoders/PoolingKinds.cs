namespace Streaming.Models.Encoders;

/// <summary>How the vectors of a tower's positions become one.</summary>
public static class PoolingKinds
{
    /// <summary>The graph gives one vector.</summary>
    public const string None = "none";

    /// <summary>The first position.</summary>
    public const string Cls = "cls";

    /// <summary>The mean of the positions that the mask keeps.</summary>
    public const string Mean = "mean";

    /// <summary>The largest of each component over the positions that the mask keeps.</summary>
    public const string Max = "max";

    internal static IEnumerable<string> Validate(string section, string? kind)
    {
        if (kind is not (None or Cls or Mean or Max))
            yield return $"{section}.pooling is '{kind}'; it must be {None}, {Cls}, {Mean} or {Max}.";
    }
}
