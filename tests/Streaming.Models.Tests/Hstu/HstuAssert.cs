using Streaming.Models.Hstu;

namespace Streaming.Models.Tests.Hstu;

/// <summary>Runs and comparisons that several tests share.</summary>
internal static class HstuAssert
{
    private const long CapacityBytes = 64 << 20;

    /// <summary>An engine with float32 K/V, unless stated, and memory for the sequences of any test.</summary>
    public static CpuHstuEngine Engine(
        HstuModel model, HstuKvPrecision precision = HstuKvPrecision.Fp32, HstuSimdLevel simd = HstuSimdLevel.Best, int maxBatch = 64) =>
        new(model, new HstuEngineOptions { CapacityBytes = CapacityBytes, KvPrecision = precision, Simd = simd, MaxBatch = maxBatch });

    /// <summary>The embedding after each token of a new user on a new engine.</summary>
    public static float[][] Alone(
        HstuModel model, IEnumerable<HstuToken> tokens, HstuKvPrecision precision = HstuKvPrecision.Fp32, HstuSimdLevel simd = HstuSimdLevel.Best)
    {
        using var engine = Engine(model, precision, simd);
        return Steps(engine, engine.CreateSequence(), tokens);
    }

    /// <summary>The embedding after each token.</summary>
    public static float[][] Steps(IHstuEngine engine, IHstuSequence sequence, IEnumerable<HstuToken> tokens) =>
        tokens.Select(token => Step(engine, sequence, token)).ToArray();

    public static float[] Step(IHstuEngine engine, IHstuSequence sequence, HstuToken token) => Batch(engine, new HstuStep(sequence, token))[0];

    /// <summary>The embedding after each token of a batch.</summary>
    public static float[][] Batch(IHstuEngine engine, params HstuStep[] batch)
    {
        var embeddings = new float[batch.Length * engine.Model.Config.OutputWidth];
        engine.Step(batch, embeddings);
        return embeddings.Chunk(engine.Model.Config.OutputWidth).ToArray();
    }

    /// <summary>A new sequence rebuilt from the last tokens of a history.</summary>
    public static IHstuSequence Rebuilt(IHstuEngine engine, HstuToken[] history)
    {
        var sequence = engine.CreateSequence();
        engine.Append(sequence, history.AsSpan(Math.Max(0, history.Length - engine.RebuildTokens)));
        return sequence;
    }

    public static double MaxError(IEnumerable<double> expected, IEnumerable<double> actual) =>
        expected.Zip(actual, (e, a) => double.IsNaN(a) ? double.PositiveInfinity : Math.Abs(e - a)).Max();

    public static double MaxError(double[] expected, float[] actual) => MaxError(expected, actual.Select(value => (double)value));

    public static double MaxError(double[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, MaxError).Max();
    }

    public static bool SameBits(float[] a, float[] b) =>
        a.Select(BitConverter.SingleToUInt32Bits).SequenceEqual(b.Select(BitConverter.SingleToUInt32Bits));

    public static bool SameBits(float[][] a, float[][] b) => a.Length == b.Length && a.Zip(b, SameBits).All(same => same);
}
