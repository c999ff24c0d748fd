using System.Globalization;

namespace Streaming.Models.Hstu;

/// <summary>The rules of <see cref="HstuEngineOptions"/>.</summary>
public static class HstuEngineOptionsValidator
{
    private const int LargestBatch = 1_024;

    /// <summary>Every violation, each with the value and the rule; empty for valid options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="maxSequenceBytes">K/V bytes of a sequence with a full window, in the options' precision.</param>
    public static IReadOnlyList<string> Validate(HstuEngineOptions options, long maxSequenceBytes)
    {
        var violations = new List<string>();
        if (options.CapacityBytes < maxSequenceBytes)
            Add($"CapacityBytes is {options.CapacityBytes}; it must be at least {maxSequenceBytes}, one sequence with a full window");
        if (!Enum.IsDefined(options.KvPrecision))
            Add($"KvPrecision is {(int)options.KvPrecision}; it must be Bf16, Fp32 or Fp8");
        if (options.MaxBatch is < 1 or > LargestBatch)
            Add($"MaxBatch is {options.MaxBatch}; it must be in 1..{LargestBatch}");
        if (!Enum.IsDefined(options.Simd))
            Add($"Simd is {(int)options.Simd}; it must be Best, Portable, Vector256 or Vector512");
        return violations;

        void Add(FormattableString violation) => violations.Add(violation.ToString(CultureInfo.InvariantCulture));
    }
}
