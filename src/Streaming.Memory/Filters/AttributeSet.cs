namespace Streaming.Memory.Filters;

/// <summary>The attributes of one row, and from when it is valid. The bytes are their owner's.</summary>
/// <param name="pairs">Names and values, as <see cref="AttributeBytes"/> draws them.</param>
/// <param name="validFromMs">First instant at which the row is found; unix ms, 0 = always.</param>
internal readonly ref struct AttributeSet(ReadOnlySpan<byte> pairs, long validFromMs)
{
    public ReadOnlySpan<byte> PairBytes { get; } = pairs;

    public long ValidFromMs { get; } = validFromMs;

    public bool IsNone => PairBytes.IsEmpty && ValidFromMs == 0;

    public AttributePairs Pairs => new(PairBytes);

    /// <summary>What the row is found by.</summary>
    public AttributeTokens Tokens => new(Pairs);
}
