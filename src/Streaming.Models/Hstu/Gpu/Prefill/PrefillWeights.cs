using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>The layers' matrices as the tensor-core prefill reads them: bfloat16 row by row, a row an output column, with the input running along it.</summary>
internal sealed class PrefillWeights
{
    /// <summary>Lays out a model's matrices.</summary>
    public PrefillWeights(HstuModel model)
    {
        var (layers, width) = (model.Config.Layers, model.Config.Width);
        var columns = 4 * width;
        Uvqk = new ushort[layers * columns * width];
        Output = new ushort[layers * width * width];
        ColumnSums = new float[layers * columns];
        for (var layer = 0; layer < layers; layer++)
        {
            var uvqk = model.Tensor(HstuTensors.Uvqk(layer)).Values;   // [width, columns]
            for (var column = 0; column < columns; column++)
            {
                var row = Uvqk.AsSpan(((layer * columns) + column) * width, width);
                double sum = 0;
                for (var k = 0; k < width; k++)
                {
                    row[k] = (ushort)GpuWeights.Bf16(uvqk[(k * columns) + column]);
                    sum += BitConverter.UInt32BitsToSingle((uint)row[k] << 16);
                }
                ColumnSums[(layer * columns) + column] = (float)sum;
            }
            var output = model.Tensor(HstuTensors.OutputWeight(layer)).Values;   // [width, heads' width], as it is wanted
            for (var i = 0; i < output.Length; i++) Output[(layer * width * width) + i] = (ushort)GpuWeights.Bf16(output[i]);
        }
    }

    /// <summary>[layer, 4 · width, width], in the order u, v, q, k.</summary>
    public ushort[] Uvqk { get; }

    /// <summary>[layer, width, width].</summary>
    public ushort[] Output { get; }

    /// <summary>[layer, 4 · width]: sums over the input of <see cref="Uvqk"/>, by which the mean is taken out after the product.</summary>
    public float[] ColumnSums { get; }
}
