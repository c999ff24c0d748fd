namespace Streaming.Models.Numerics;

/// <summary>8-bit floats of 4 exponent and 3 mantissa bits, as values: what a number becomes that is kept as one.</summary>
/// <remarks>
/// Source: Micikevicius et al. 2022 (arXiv 2209.05433), E4M3: bias 7, no infinity, ±2⁻⁹ to ±448. Rounded as the GPU's <c>cvt.rn.satfinite</c> does:
/// to nearest, ties to even, above 448 to 448.
/// </remarks>
public static class E4m3
{
    /// <summary>The largest value.</summary>
    public const float Largest = 448;

    private const float SmallestNormal = 1f / 64;
    private const uint ExponentBits = 0x7F80_0000;

    /// <summary>The nearest value, of two equally near the even one; of a larger magnitude than 448, 448. The sign stays, of zero too; NaN stays.</summary>
    public static float Round(float value)
    {
        var magnitude = Math.Min(Math.Abs(value), Largest);
        var power = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(magnitude) & ExponentBits);
        // Eight values to a power of two; below the smallest normal one they go on as far apart.
        var step = Math.Max(power, SmallestNormal) / 8;
        return MathF.CopySign(MathF.Round(magnitude / step, MidpointRounding.ToEven) * step, value);
    }

    /// <summary>Makes each number what it is when the row is kept as e4m3 and one float32 scale, largest magnitude / 448. Hot path.</summary>
    /// <param name="row">Finite numbers. All zero, or below 1.4e-36: becomes zero.</param>
    public static void RoundRow(Span<float> row)
    {
        var largest = 0f;
        foreach (var value in row) largest = Math.Max(largest, Math.Abs(value));
        var inverse = Largest / largest;
        if (!float.IsFinite(inverse))
        {
            row.Clear();
            return;
        }
        var scale = largest * (1 / Largest);
        for (var i = 0; i < row.Length; i++) row[i] = Round(row[i] * inverse) * scale;
    }
}
