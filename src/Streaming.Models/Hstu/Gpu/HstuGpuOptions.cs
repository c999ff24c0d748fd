namespace Streaming.Models.Hstu.Gpu;

/// <summary>How a <see cref="HstuGpuEngine"/> is set up.</summary>
public sealed record HstuGpuOptions
{
    /// <summary>The device's number.</summary>
    public int Device { get; init; }

    /// <summary>Device memory for keys and values, taken at the start. The engine takes some more for weights and scratch.</summary>
    public long KeyValueBytes { get; init; } = 4L << 30;

    /// <summary>Most tokens of one step, 1..65,536.</summary>
    public int MaxBatch { get; init; } = 4_096;

    /// <summary>Most sequences at a time, however short. 1 or more.</summary>
    public int MaxSequences { get; init; } = 65_536;

    /// <summary>How keys and values are kept.</summary>
    public GpuKeyValueFormat KeyValueFormat { get; init; } = GpuKeyValueFormat.Bf16;

    /// <summary>How a rebuild is computed.</summary>
    public GpuPrefill Prefill { get; init; }

    /// <summary>Where compiled kernels are kept between runs; null = the user's cache folder.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Take the device's own time of each step, for <see cref="HstuGpuEngine.LastDeviceTime"/>. Costs a few microseconds.</summary>
    public bool MeasureDeviceTime { get; init; }

    /// <summary>Every violation, each with the value and the rule.</summary>
    public IReadOnlyList<string> Validate()
    {
        var violations = new List<string>();
        if (KeyValueBytes < 1) violations.Add($"KeyValueBytes is {KeyValueBytes}; it must be positive");
        if (MaxBatch is < 1 or > 65_536) violations.Add($"MaxBatch is {MaxBatch}; it must be in 1..65536");
        if (MaxSequences < 1) violations.Add($"MaxSequences is {MaxSequences}; it must be positive");
        return violations;
    }
}
