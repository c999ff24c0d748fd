using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Models.Hstu;
using Xunit.Sdk;

namespace Streaming.Models.Tests.Hstu;

/// <summary>Runs a theory at a register width, in all precisions; skipped, with the reason, on a processor that lacks it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnSimdAttribute : DataAttribute
{
    private readonly HstuSimdLevel _level;

    public OnSimdAttribute(HstuSimdLevel level)
    {
        _level = level;
        if (!IsSupported(level)) Skip = $"This processor has no {level}.";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [[_level, HstuKvPrecision.Fp32], [_level, HstuKvPrecision.Bf16], [_level, HstuKvPrecision.Fp8]];

    private static bool IsSupported(HstuSimdLevel level) => level switch
    {
        HstuSimdLevel.Vector512 => Vector512.IsHardwareAccelerated,
        HstuSimdLevel.Vector256 => Vector256.IsHardwareAccelerated && Fma.IsSupported,
        _ => true,
    };
}
