using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>bfloat16: the upper half of a float32, rounded to nearest even. A pair is one 32-bit word.</summary>
internal readonly unsafe struct Bf16Format : IKvFormat
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* run, int index, float value) =>
        ((ushort*)run)[(index & ~31) + ((index & 15) * 2) + ((index >> 4) & 1)] = Round(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs<TSimd, TVector>(byte* run, int pair, out TVector low, out TVector high)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged =>
        TSimd.LoadPairs((uint*)run + pair, out low, out high);

    // Keys and values are finite: contents are bounded and a layer begins with a norm.
    private static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
