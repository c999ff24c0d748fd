using System.Globalization;
using System.Runtime.InteropServices;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>How far a tensor-core prefill is from the exact one.</summary>
/// <param name="Rms">Of keys or values, the worst layer: root mean square of the distance, as a share of that of the exact ones.</param>
/// <param name="Most">Of keys or values, anywhere: the distance as a share of that root mean square plus the exact value's size.</param>
/// <param name="Embedding">Of the embeddings of the steps after it: the largest distance of a value.</param>
public readonly record struct PrefillError(double Rms, double Most, double Embedding)
{
    public static readonly PrefillError None = new(0, 0, 0);

    /// <summary>Within <see cref="GpuBounds"/>.</summary>
    public bool IsSmall => Rms <= GpuBounds.PrefillRms && Most <= GpuBounds.PrefillMost && Embedding <= GpuBounds.Bf16;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"keys and values {Rms:0.#####} rms, {Most:0.####} most; embeddings {Embedding:0.######}");

    public PrefillError Worst(PrefillError other) => new(Math.Max(Rms, other.Rms), Math.Max(Most, other.Most), Math.Max(Embedding, other.Embedding));

    /// <summary>Between embeddings. What is not a number is infinitely far.</summary>
    public static PrefillError OfEmbeddings(float[] exact, float[] actual) =>
        None with { Embedding = exact.Zip(actual, (e, a) => float.IsFinite(a) ? Math.Abs(e - a) : double.PositiveInfinity).Max() };

    /// <summary>Between keys and values of all layers of two sequences.</summary>
    public static PrefillError OfKeysAndValues((HstuGpuEngine Engine, IHstuSequence Sequence) exact, (HstuGpuEngine Engine, IHstuSequence Sequence) actual)
    {
        if (exact.Sequence.TokenCount != actual.Sequence.TokenCount) return new(double.PositiveInfinity, double.PositiveInfinity, 0);
        var config = exact.Engine.Model.Config;
        var (expectedPages, actualPages) = (exact.Engine.ReadPages(exact.Sequence), actual.Engine.ReadPages(actual.Sequence));
        var worst = None;
        for (var layer = 0; layer < config.Layers; layer++)
            for (var part = 0; part < 2; part++)
                worst = worst.Worst(Of(
                    Values(config, exact.Engine.Prefill, expectedPages, exact.Sequence.TokenCount, layer, part),
                    Values(config, actual.Engine.Prefill, actualPages, actual.Sequence.TokenCount, layer, part)));
        return worst;
    }

    private static PrefillError Of(float[] exact, float[] actual)
    {
        var scale = Math.Sqrt(exact.Average(e => (double)e * e));
        double squares = 0, most = 0;
        for (var i = 0; i < exact.Length; i++)
        {
            var distance = float.IsFinite(actual[i]) ? Math.Abs((double)exact[i] - actual[i]) : double.PositiveInfinity;
            squares += distance * distance;
            most = Math.Max(most, distance / (scale + Math.Abs(exact[i])));
        }
        return new(Math.Sqrt(squares / exact.Length) / scale, most, 0);
    }

    // A layer's keys (part 0) or values (1) of the tokens in the window, oldest first, out of pages as Kernels/1-Shape.cu draws them.
    private static float[] Values(HstuConfig config, GpuPrefill prefill, byte[][] pages, long tokenCount, int layer, int part)
    {
        var shape = new GpuShape(config, GpuKeyValueFormat.Bf16, prefill);
        var rowBytes = shape.HeadPadded * 2;
        var tokens = (int)Math.Min(tokenCount, config.Window);
        var values = new float[tokens * config.HeadsWidth];
        for (var i = 0; i < tokens * config.Heads; i++)
        {
            var (token, head) = Math.DivRem(i, config.Heads);
            var slot = (int)((tokenCount - tokens + token) % shape.RingTokens);
            var row = GpuShape.PageTokens * (sizeof(long) + (((((layer * config.Heads) + head) * 2) + part) * rowBytes)) + (slot % GpuShape.PageTokens * rowBytes);
            var halves = MemoryMarshal.Cast<byte, ushort>(pages[slot / GpuShape.PageTokens].AsSpan(row, config.HeadWidth * 2));
            for (var d = 0; d < config.HeadWidth; d++) values[(i * config.HeadWidth) + d] = BitConverter.UInt32BitsToSingle((uint)halves[d] << 16);
        }
        return values;
    }
}
