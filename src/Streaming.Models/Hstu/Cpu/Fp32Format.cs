using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>float32, in natural order.</summary>
internal readonly unsafe struct Fp32Format : IKvFormat
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* run, int index, float value) => ((float*)run)[index] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs<TSimd, TVector>(byte* run, int pair, out TVector low, out TVector high)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged
    {
        var first = (float*)run + ((pair & ~15) * 2) + (pair & 15);
        low = TSimd.Load(first);
        high = TSimd.Load(first + 16);
    }
}
