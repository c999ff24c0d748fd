namespace Streaming.Models.Hstu.Cpu;

/// <summary>A weight matrix [in, out] in panels of 32 outputs, so that a multiplication reads memory in one direction.</summary>
/// <remarks><code>[panels][in][32]; outputs beyond the matrix are zeros</code></remarks>
internal sealed unsafe class PackedMatrix
{
    private readonly AlignedFloats _values;

    /// <param name="inputs">Rows.</param>
    /// <param name="outputs">Columns, a multiple of 32.</param>
    /// <param name="value">The weight from an input to an output.</param>
    public PackedMatrix(int inputs, int outputs, Func<int, int, float> value)
    {
        (Inputs, Outputs) = (inputs, outputs);
        _values = new AlignedFloats((long)inputs * outputs);
        for (var input = 0; input < inputs; input++)
        {
            for (var output = 0; output < outputs; output++)
                Panel(output / KvLayout.Group)[(input * KvLayout.Group) + (output % KvLayout.Group)] = value(input, output);
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public int Panels => Outputs / KvLayout.Group;

    public float* Panel(int panel) => _values.Pointer + ((long)panel * Inputs * KvLayout.Group);
}
