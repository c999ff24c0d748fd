namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>What the tensor-core prefill needs of a model and a device. Its kernels are written for one head width and one generation of cards.</summary>
public static class PrefillNeeds
{
    /// <summary>The head width that the kernels are written for.</summary>
    public const int HeadWidth = 256;

    /// <summary>The compute capability whose instructions they use; machine code for it runs on no other.</summary>
    public static readonly Version ComputeCapability = new(9, 0);

    /// <summary>Every need that a model does not meet; empty = all are met.</summary>
    public static IReadOnlyList<string> OfModel(HstuConfig config, GpuKeyValueFormat format)
    {
        var violations = new List<string>();
        if (config.HeadWidth != HeadWidth) violations.Add($"HeadWidth is {config.HeadWidth}; it must be {HeadWidth}");
        if (config.Heads is not (2 or 4 or 8)) violations.Add($"Heads is {config.Heads}; it must be 2, 4 or 8");
        if (config.Width != config.HeadsWidth) violations.Add($"Width is {config.Width}; it must be that of all heads, {config.HeadsWidth}");
        if (config is { TimeAnchor: HstuTimeAnchor.Next, TimeBias: true }) violations.Add("TimeAnchor is Next; it must be Self");
        if (format != GpuKeyValueFormat.Bf16) violations.Add($"keys and values are {format}; they must be Bf16");
        return violations;
    }

    /// <summary>The same of a device.</summary>
    public static IReadOnlyList<string> OfDevice(string name, Version computeCapability) =>
        computeCapability == ComputeCapability ? [] : [$"{name} has compute capability {computeCapability}; it must be {ComputeCapability}"];

    /// <summary>One line for all that is not met; null when nothing is.</summary>
    public static string? Obstacle(IEnumerable<string> violations)
    {
        var all = string.Join("; ", violations);
        return all.Length == 0 ? null : $"Tensor cores cannot prefill here, so the exact kernels do: {all}.";
    }
}
