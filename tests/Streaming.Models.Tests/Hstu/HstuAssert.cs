using Streaming.Models.Hstu;

namespace Streaming.Models.Tests.Hstu;

/// <summary>Runs and comparisons that several tests share.</summary>
internal static class HstuAssert
{
    /// <summary>The embedding after each token.</summary>
    public static float[][] Steps(HstuEngine engine, HstuCache cache, IEnumerable<HstuHistoryToken> tokens) =>
        tokens.Select(token => Step(engine, cache, token)).ToArray();

    public static float[] Step(HstuEngine engine, HstuCache cache, HstuHistoryToken token)
    {
        var embedding = new float[engine.Model.Config.OutputWidth];
        engine.Step(cache, token.AsToken(), embedding);
        return embedding;
    }

    public static double MaxError(IEnumerable<double> expected, IEnumerable<double> actual) =>
        expected.Zip(actual, (e, a) => double.IsNaN(a) ? double.PositiveInfinity : Math.Abs(e - a)).Max();

    public static double MaxError(double[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => MaxError(e, a.Select(value => (double)value))).Max();
    }

    public static double MaxError(double[][] expected, double[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, MaxError).Max();
    }

    public static bool SameBits(float[] a, float[] b) =>
        a.Select(BitConverter.SingleToUInt32Bits).SequenceEqual(b.Select(BitConverter.SingleToUInt32Bits));

    public static bool SameBits(float[][] a, float[][] b) => a.Length == b.Length && a.Zip(b, SameBits).All(same => same);
}
