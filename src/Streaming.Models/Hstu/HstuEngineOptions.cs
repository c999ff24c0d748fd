namespace Streaming.Models.Hstu;

/// <summary>Settings of a <see cref="CpuHstuEngine"/>. Read once; see <see cref="HstuEngineOptionsValidator"/> for the rules.</summary>
public sealed record HstuEngineOptions
{
    /// <summary>Most K/V bytes of all sequences together, at least one sequence with a full window; a step that needs more throws.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>How keys and values are kept.</summary>
    public HstuKvPrecision KvPrecision { get; init; } = HstuKvPrecision.Bf16;

    /// <summary>Most tokens of one <see cref="IHstuEngine.Step"/>, 1..1,024; also the tokens of a chunk of <see cref="IHstuEngine.Append"/>.</summary>
    public int MaxBatch { get; init; } = 64;

    /// <summary>Which vector registers the loops use.</summary>
    public HstuSimdLevel Simd { get; init; } = HstuSimdLevel.Best;
}
