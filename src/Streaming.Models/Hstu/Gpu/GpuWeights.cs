using System.Numerics;
using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>A model's weights as the kernel reads them, in one block of bytes.</summary>
/// <remarks>
/// The layers' matrices are bfloat16, packed in the order in which mma.sync m16n8k16 takes its B operand: for each tile of 8 columns and each 32
/// of k, 16 bytes a lane. All else is float32. Every part starts at a multiple of 256 bytes.
/// </remarks>
internal sealed class GpuWeights
{
    private const int Alignment = 256;
    private readonly List<byte> _bytes = [];

    /// <summary>Packs a model's weights.</summary>
    public GpuWeights(HstuModel model, GpuShape shape)
    {
        var config = model.Config;
        var weights = model.Weights;
        ContentWeight = Add(weights.ContentWeight);
        ContentBias = Add(weights.ContentBias);
        Actions = Add(weights.Actions);
        Unknown = Add(weights.Unknown);
        HeadWeight = Add(weights.HeadWeight);
        HeadBias = Add(weights.HeadBias);
        Uvqk = Add(weights.Layers.SelectMany(layer => Pack(shape.UvqkTiles, shape.WidthPadded, (k, n) => UvqkAt(layer, shape, k, n))).ToArray());
        OutputWeight = Add(weights.Layers.SelectMany(layer => Pack(shape.OutputTiles, shape.HeadsPaddedForK, (k, n) => OutputAt(layer, shape, k, n))).ToArray());
        OutputBias = Add(weights.Layers.SelectMany(layer => layer.OutputBias).ToArray());
        Position = Add(weights.Layers.SelectMany(layer => layer.PositionBiasOldestFirst.Reverse()).ToArray());
        Tau = Add(weights.Layers.SelectMany(layer => layer.TimeBias ?? new float[HstuTimeBucket.Count]).ToArray());
        BucketBounds = Add(HstuTimeBucket.Bounds.ToArray());
        BucketOfPower = Add(HstuTimeBucket.OfPower.ToArray());
        Bytes = _bytes.ToArray();
    }

    public byte[] Bytes { get; }

    public long ContentWeight { get; }

    public long ContentBias { get; }

    public long Actions { get; }

    public long Unknown { get; }

    public long Uvqk { get; }

    public long OutputWeight { get; }

    public long OutputBias { get; }

    public long Position { get; }

    public long Tau { get; }

    public long HeadWeight { get; }

    public long HeadBias { get; }

    public long BucketBounds { get; }

    public long BucketOfPower { get; }

    /// <summary>B fragments of a [k, columns] matrix: word w of a lane holds rows 32s + 8w + 2(lane mod 4) and the next, of column 8t + lane / 4.</summary>
    internal static uint[] Pack(int tiles, int depth, Func<int, int, float> at)
    {
        var packed = new uint[tiles * depth * 4];
        var next = 0;
        for (var tile = 0; tile < tiles; tile++)
            for (var step = 0; step < depth; step += 32)
                for (var lane = 0; lane < 32; lane++)
                    for (var word = 0; word < 4; word++)
                    {
                        var (k, n) = (step + (8 * word) + (2 * (lane % 4)), (8 * tile) + (lane / 4));
                        packed[next++] = Bf16(at(k, n)) | (Bf16(at(k + 1, n)) << 16);
                    }
        return packed;
    }

    /// <summary>The nearest bfloat16, ties to even.</summary>
    internal static uint Bf16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }

    private static float UvqkAt(HstuWeights.Layer layer, GpuShape shape, int k, int n)
    {
        var (section, within) = Math.DivRem(n, shape.HeadsPadded);
        var (head, d) = Math.DivRem(within, shape.HeadPadded);
        if (k >= shape.Config.Width || d >= shape.Config.HeadWidth) return 0;
        var columns = shape.Config.HeadsWidth;
        return layer.Uvqk[(k * 4 * columns) + (section * columns) + (head * shape.Config.HeadWidth) + d];
    }

    private static float OutputAt(HstuWeights.Layer layer, GpuShape shape, int k, int n)
    {
        var (head, d) = Math.DivRem(k, shape.HeadPadded);
        if (k >= shape.HeadsPadded || d >= shape.Config.HeadWidth || n >= shape.Config.Width) return 0;
        return layer.OutputWeight[(((head * shape.Config.HeadWidth) + d) * shape.Config.Width) + n];
    }

    private long Add<T>(T[] values)
        where T : unmanaged, INumberBase<T>
    {
        while (_bytes.Count % Alignment != 0) _bytes.Add(0);
        var offset = _bytes.Count;
        _bytes.AddRange(MemoryMarshal.AsBytes(values.AsSpan()));
        return offset;
    }
}
