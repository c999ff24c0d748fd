using Streaming.Models.Numerics;

namespace Streaming.Models.Tests.Numerics;

/// <summary>e4m3 rounding against the format's definition, code by code.</summary>
public sealed class E4m3Tests
{
    // By the definition: sign, 4 exponent bits with bias 7, 3 mantissa bits; exponent 0 is subnormal; all ones is no number.
    private static readonly float[] Positive = [.. Enumerable.Range(0, 127).Select(code => (float)Value(code >> 3, code & 7))];

    [Fact]
    public void The_definition_has_the_values_of_the_paper()
    {
        Assert.Equal([0f, 1f / 512, 7f / 512, 1f / 64, 1f, 448f], new[] { 0, 1, 7, 8, 56, 126 }.Select(code => Positive[code]));
        Assert.Equal(E4m3.Largest, Positive[^1]);
    }

    [Fact]
    public void All_256_codes_stay()
    {
        foreach (var value in Positive)
        {
            AssertBits(value, E4m3.Round(value));
            AssertBits(-value, E4m3.Round(-value));
        }
        // The two that are left are NaN.
        Assert.True(float.IsNaN(E4m3.Round(float.NaN)) && float.IsNaN(E4m3.Round(-float.NaN)));
    }

    [Fact]
    public void Between_two_codes_the_nearer_one_is_taken_and_in_the_middle_the_even_one()
    {
        foreach (var (code, (below, above)) in Positive.Zip(Positive.Skip(1)).Index())
        {
            var middle = (below + above) / 2;
            var even = code % 2 == 0 ? below : above;
            foreach (var sign in new[] { 1f, -1f })
            {
                AssertBits(sign * below, E4m3.Round(sign * MathF.BitIncrement(below)));
                AssertBits(sign * below, E4m3.Round(sign * MathF.BitDecrement(middle)));
                AssertBits(sign * even, E4m3.Round(sign * middle));
                AssertBits(sign * above, E4m3.Round(sign * MathF.BitIncrement(middle)));
                AssertBits(sign * above, E4m3.Round(sign * MathF.BitDecrement(above)));
            }
        }
    }

    [Theory]
    [InlineData(449f)]
    [InlineData(464f)]
    [InlineData(480f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.PositiveInfinity)]
    public void Magnitudes_above_the_largest_become_the_largest(float value)
    {
        Assert.Equal(448f, E4m3.Round(value));
        Assert.Equal(-448f, E4m3.Round(-value));
    }

    [Fact]
    public void A_row_is_scaled_so_that_its_largest_magnitude_is_448()
    {
        // Scale 2: a number, a tie (17 to 16), a number above it, a subnormal tie (half of the smallest to zero).
        float[] row = [-896, 34, 34.1f, 1f / 512];
        E4m3.RoundRow(row);
        Assert.Equal([-896, 32, 36, 0], row);
    }

    [Fact]
    public void Rows_keep_their_numbers_to_a_sixteenth_and_their_largest_one_to_rounding()
    {
        var random = new SeededRandom(7);
        for (var i = 0; i < 1_000; i++)
        {
            var magnitude = MathF.Pow(10, (float)((random.NextUniform() * 60) - 30));
            float[] row = [.. Enumerable.Range(0, 32).Select(_ => magnitude * (float)random.NextNormal())];
            var rounded = row.ToArray();
            E4m3.RoundRow(rounded);
            var largest = row.Max(Math.Abs);
            Assert.Equal(1, rounded.Max(Math.Abs) / largest, 1e-6f);
            // Below the smallest normal value numbers are 1/512 apart, of 448.
            Assert.All(row.Zip(rounded), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Max(Math.Abs(pair.First) / 16, largest / 448 / 1_024) * 1.00001f));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-45f)]
    [InlineData(1e-38f)]
    [InlineData(1e-36f)]
    public void Rows_of_zeros_and_of_numbers_too_small_for_a_scale_become_zero(float largest)
    {
        float[] row = [largest, 0, -largest, 0];
        E4m3.RoundRow(row);
        Assert.All(row, value => Assert.Equal(0, value));
    }

    private static double Value(int exponent, int mantissa) =>
        exponent == 0 ? mantissa / 8.0 * Math.Pow(2, -6) : (1 + (mantissa / 8.0)) * Math.Pow(2, exponent - 7);

    private static void AssertBits(float expected, float actual) => Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(actual));
}
