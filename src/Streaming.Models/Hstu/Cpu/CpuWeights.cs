using Streaming.Models.Weights;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>A model's weights laid out for the CPU engine: every width padded with zeros to a multiple of 32, matrices packed.</summary>
/// <remarks>
/// Heads are padded one by one: number d of head h lies at h · padded head width + d, in u, v, q, k and in the rows of W_o.
/// Immutable; engines of one model share them.
/// </remarks>
internal sealed class CpuWeights
{
    private readonly HstuConfig _config;
    private readonly int _headStride;

    public CpuWeights(HstuModel model)
    {
        _config = model.Config;
        _headStride = KvLayout.Pad(_config.HeadWidth);
        Width = KvLayout.Pad(_config.Width);
        HeadsStride = _config.Heads * _headStride;
        OutputWidth = KvLayout.Pad(_config.OutputWidth);

        Content = Transposed(model.Tensor(HstuTensors.ContentWeight), _config.ContentWidth, Width);
        ContentBias = Padded(model.Tensor(HstuTensors.ContentBias).Values, Width);
        Actions = [.. Enumerable.Range(0, _config.Actions.Count).Select(action =>
            Padded(model.Tensor(HstuTensors.Actions).Values.Slice(action * _config.Width, _config.Width), Width))];
        Unknown = model.Tensor(HstuTensors.Unknown).Values.ToArray();
        Layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => ReadLayer(model, layer))];
        Head = Transposed(model.Tensor(HstuTensors.HeadWeight), Width, OutputWidth);
        HeadBias = Padded(model.Tensor(HstuTensors.HeadBias).Values, OutputWidth);
        WidthMask = Padded(Enumerable.Repeat(1f, _config.Width).ToArray(), Width);
        HeadsMask = new AlignedFloats(HeadsStride);
        for (var e = 0; e < HeadsStride; e++) HeadsMask.Span[e] = HeadColumn(e) < 0 ? 0 : 1;
    }

    /// <summary>Padded D.</summary>
    public int Width { get; }

    /// <summary>Heads · padded head width.</summary>
    public int HeadsStride { get; }

    /// <summary>Padded output width.</summary>
    public int OutputWidth { get; }

    public PackedMatrix Content { get; }

    public AlignedFloats ContentBias { get; }

    public AlignedFloats[] Actions { get; }

    public float[] Unknown { get; }

    public Layer[] Layers { get; }

    public PackedMatrix Head { get; }

    public AlignedFloats HeadBias { get; }

    /// <summary>One where a residual is, zero where its padding is.</summary>
    public AlignedFloats WidthMask { get; }

    /// <summary>One where a head is, zero where its padding is.</summary>
    public AlignedFloats HeadsMask { get; }

    private Layer ReadLayer(HstuModel model, int layer)
    {
        var uvqk = model.Tensor(HstuTensors.Uvqk(layer)).Values.ToArray();
        var output = model.Tensor(HstuTensors.OutputWeight(layer)).Values.ToArray();
        // Padded on both sides: attention loads whole pages of biases, also where a page holds other tokens.
        var position = new AlignedFloats(_config.Window + (2 * KvLayout.PageRows));
        model.Tensor(HstuTensors.PositionBias(layer)).Values.CopyTo(position.Span[KvLayout.PageRows..]);
        position.Span.Slice(KvLayout.PageRows, _config.Window).Reverse();
        return new(
            Uvqk: new PackedMatrix(Width, 4 * HeadsStride, (d, column) =>
                d < _config.Width && HeadColumn(column % HeadsStride) is >= 0 and var e
                    ? uvqk[(((d * 4) + (column / HeadsStride)) * _config.HeadsWidth) + e]
                    : 0),
            PositionBias: position,
            TimeBias: _config.TimeBias ? model.Tensor(HstuTensors.TimeBias(layer)).Values.ToArray() : null,
            Output: new PackedMatrix(HeadsStride, Width, (e, d) =>
                d < _config.Width && HeadColumn(e) is >= 0 and var column ? output[(d * _config.HeadsWidth) + column] : 0),
            OutputBias: Padded(model.Tensor(HstuTensors.OutputBias(layer)).Values, Width));
    }

    // The unpadded place of a padded one, or -1 in the padding.
    private int HeadColumn(int e) => e % _headStride < _config.HeadWidth ? (e / _headStride * _config.HeadWidth) + (e % _headStride) : -1;

    private static PackedMatrix Transposed(WeightTensor tensor, int inputs, int outputs)
    {
        var values = tensor.Values.ToArray();
        var (rows, columns) = (tensor.Shape[0], tensor.Shape[1]);
        return new(inputs, outputs, (input, output) => input < columns && output < rows ? values[(output * columns) + input] : 0);
    }

    private static AlignedFloats Padded(ReadOnlySpan<float> values, int width)
    {
        var padded = new AlignedFloats(width);
        values.CopyTo(padded.Span);
        return padded;
    }

    /// <summary>Position bias: [64 + W + 64], from lag W-1 to lag 0 between the paddings.</summary>
    internal sealed record Layer(PackedMatrix Uvqk, AlignedFloats PositionBias, float[]? TimeBias, PackedMatrix Output, AlignedFloats OutputBias);
}
