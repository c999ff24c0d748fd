namespace Streaming.Models.Numerics;

/// <summary>Random numbers that are the same bits on every machine, runtime and version.</summary>
/// <remarks>
/// Source: SplitMix64 (Steele, Lea and Flood 2014). Normal numbers are the sum of twelve uniform ones less six (Irwin-Hall: mean 0,
/// variance 1, within -6..6) and not Box-Muller, whose logarithm and cosine round differently from one C library to the next.
/// </remarks>
public sealed class SeededRandom
{
    private const int IrwinHallTerms = 12;
    private ulong _state;

    /// <summary>Creates the sequence of <paramref name="seed"/>.</summary>
    public SeededRandom(ulong seed) => _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0..<paramref name="count"/>−1.</summary>
    public int NextIndex(int count) => (int)(NextUniform() * count);

    /// <summary>Near-normal with mean 0 and variance 1.</summary>
    public double NextNormal()
    {
        var sum = -IrwinHallTerms / 2.0;
        for (var i = 0; i < IrwinHallTerms; i++) sum += NextUniform();
        return sum;
    }
}
