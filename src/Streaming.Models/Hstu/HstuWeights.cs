namespace Streaming.Models.Hstu;

/// <summary>A model's weights laid out for the engine: every matrix [in, out], so that outputs lie side by side in a vector register.</summary>
internal sealed class HstuWeights
{
    public HstuWeights(HstuModel model)
    {
        var config = model.Config;
        ContentWeight = Transposed(model, HstuTensors.ContentWeight, config.Width, config.ContentWidth);
        ContentBias = Copy(model, HstuTensors.ContentBias);
        Actions = Copy(model, HstuTensors.Actions);
        Unknown = Copy(model, HstuTensors.Unknown);
        Layers = Enumerable.Range(0, config.Layers).Select(layer => new Layer(
            Uvqk: Copy(model, HstuTensors.Uvqk(layer)),
            PositionBiasOldestFirst: Copy(model, HstuTensors.PositionBias(layer)).Reverse().ToArray(),
            TimeBias: config.TimeBias ? Copy(model, HstuTensors.TimeBias(layer)) : null,
            OutputWeight: Transposed(model, HstuTensors.OutputWeight(layer), config.Width, config.HeadsWidth),
            OutputBias: Copy(model, HstuTensors.OutputBias(layer)))).ToArray();
        HeadWeight = Transposed(model, HstuTensors.HeadWeight, config.OutputWidth, config.Width);
        HeadBias = Copy(model, HstuTensors.HeadBias);
    }

    public float[] ContentWeight { get; }

    public float[] ContentBias { get; }

    public float[] Actions { get; }

    public float[] Unknown { get; }

    public Layer[] Layers { get; }

    public float[] HeadWeight { get; }

    public float[] HeadBias { get; }

    private static float[] Copy(HstuModel model, string name) => model.Tensor(name).Values.ToArray();

    private static float[] Transposed(HstuModel model, string name, int rows, int columns)
    {
        var source = model.Tensor(name).Values;
        var transposed = new float[source.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                transposed[(column * rows) + row] = source[(row * columns) + column];
        return transposed;
    }

    /// <summary>Shapes: Uvqk [D, 4E], PositionBiasOldestFirst [W] from lag W-1 to lag 0, OutputWeight [E, D].</summary>
    internal sealed record Layer(float[] Uvqk, float[] PositionBiasOldestFirst, float[]? TimeBias, float[] OutputWeight, float[] OutputBias);
}
