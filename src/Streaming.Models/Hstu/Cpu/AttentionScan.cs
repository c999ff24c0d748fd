namespace Streaming.Models.Hstu.Cpu;

/// <summary>What one row's attention at one layer reads and writes.</summary>
internal unsafe ref struct AttentionScan
{
    /// <summary>The sequence's page table.</summary>
    public required ReadOnlySpan<nint> Pages { get; init; }

    /// <summary>Where the layer's block begins in a page.</summary>
    public required long BlockOffset { get; init; }

    /// <summary>The first token of the window.</summary>
    public required long Oldest { get; init; }

    /// <summary>Tokens of the window.</summary>
    public required int Rows { get; init; }

    /// <summary>q, [heads · padded head width].</summary>
    public required float* Query { get; init; }

    /// <summary>Position bias of each token, oldest first; readable for a page to either side.</summary>
    public required float* PositionBias { get; init; }

    /// <summary>Time bias by bucket; empty for a model without.</summary>
    public required ReadOnlySpan<float> TimeBias { get; init; }

    /// <summary>The time bucket of each token, oldest first; empty without time bias.</summary>
    public required ReadOnlySpan<byte> Buckets { get; init; }

    /// <summary>Scratch, [64].</summary>
    public required float* Bias { get; init; }

    /// <summary>Scratch, [heads, 64].</summary>
    public required float* Weights { get; init; }

    /// <summary>Receives Σ SiLU(s)·v, [heads · padded head width].</summary>
    public required float* Attended { get; init; }

    /// <summary>The block that is read after this scan: brought into the cache meanwhile.</summary>
    public required byte* Next { get; init; }

    /// <summary>A token's block of the layer.</summary>
    public readonly byte* Block(long token) => (byte*)Pages[(int)(token / KvLayout.PageRows % Pages.Length)] + BlockOffset;
}
