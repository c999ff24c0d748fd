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
        var layers = Enumerable.Range(0, model.Config.Layers).ToArray();
        ContentWeight = Add(Transposed(model, HstuTensors.ContentWeight));
        ContentBias = Add(Values(model, HstuTensors.ContentBias));
        Actions = Add(Values(model, HstuTensors.Actions));
        Unknown = Add(Values(model, HstuTensors.Unknown));
        HeadWeight = Add(Transposed(model, HstuTensors.HeadWeight));
        HeadBias = Add(Values(model, HstuTensors.HeadBias));
        Uvqk = Add(layers.SelectMany(layer => PackUvqk(Values(model, HstuTensors.Uvqk(layer)), shape)).ToArray());
        OutputWeight = Add(layers.SelectMany(layer => PackOutput(Values(model, HstuTensors.OutputWeight(layer)), shape)).ToArray());
        OutputBias = Add(layers.SelectMany(layer => Values(model, HstuTensors.OutputBias(layer))).ToArray());
        Position = Add(layers.SelectMany(layer => Values(model, HstuTensors.PositionBias(layer))).ToArray());
        Tau = Add(layers.SelectMany(layer => model.Config.TimeBias ? Values(model, HstuTensors.TimeBias(layer)) : new float[HstuTimeBucket.Count]).ToArray());
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

    private static uint[] PackUvqk(float[] uvqk, GpuShape shape) => Pack(shape.UvqkTiles, shape.WidthPadded, (k, n) =>
    {
        var (section, within) = Math.DivRem(n, shape.HeadsPadded);
        var (head, d) = Math.DivRem(within, shape.HeadPadded);
        if (k >= shape.Config.Width || d >= shape.Config.HeadWidth) return 0;
        var columns = shape.Config.HeadsWidth;
        return uvqk[(k * 4 * columns) + (section * columns) + (head * shape.Config.HeadWidth) + d];
    });

    // The tensor is [D, E]; the kernel multiplies from the left.
    private static uint[] PackOutput(float[] output, GpuShape shape) => Pack(shape.OutputTiles, shape.HeadsPaddedForK, (k, n) =>
    {
        var (head, d) = Math.DivRem(k, shape.HeadPadded);
        if (k >= shape.HeadsPadded || d >= shape.Config.HeadWidth || n >= shape.Config.Width) return 0;
        return output[(n * shape.Config.HeadsWidth) + (head * shape.Config.HeadWidth) + d];
    });

    private static float[] Values(HstuModel model, string tensor) => model.Tensor(tensor).Values.ToArray();

    private static float[] Transposed(HstuModel model, string tensor)
    {
        var values = model.Tensor(tensor).Values;
        var (rows, columns) = (model.Tensor(tensor).Shape[0], model.Tensor(tensor).Shape[1]);
        var transposed = new float[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                transposed[(column * rows) + row] = values[(row * columns) + column];
        return transposed;
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
