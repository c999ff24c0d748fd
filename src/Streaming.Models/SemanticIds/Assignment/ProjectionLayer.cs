using System.Runtime.InteropServices;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>One affine layer of a projection, laid out so that a vector lane is an output.</summary>
/// <remarks>
/// <code>
/// columns: [bias of each output, padded to 16] [weights of input 0, padded to 16] [weights of input 1 …] …
/// </code>
/// An output begins with its bias and adds weight · input over the inputs in order, like a scalar loop: the same bits at every register width.
/// </remarks>
internal sealed class ProjectionLayer
{
    private const int Padding = 16;

    private readonly float[] _columns;
    private readonly int _stride;

    /// <param name="weights">Outputs × inputs, row-major.</param>
    /// <param name="biases">One for each output.</param>
    public ProjectionLayer(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
    {
        (Outputs, Inputs) = (biases.Length, weights.Length / biases.Length);
        _stride = (Outputs + Padding - 1) / Padding * Padding;
        _columns = new float[(Inputs + 1) * _stride];
        for (var output = 0; output < Outputs; output++)
        {
            _columns[output] = biases[output];
            for (var input = 0; input < Inputs; input++)
                _columns[((input + 1) * _stride) + output] = weights[(output * Inputs) + input];
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Numbers that an output span must have room for: <see cref="Outputs"/> padded to whole registers.</summary>
    public int PaddedOutputs => _stride;

    /// <summary>output = bias + weights · input.</summary>
    /// <param name="input"><see cref="Inputs"/> numbers.</param>
    /// <param name="output"><see cref="PaddedOutputs"/> numbers; those past <see cref="Outputs"/> are 0.</param>
    /// <param name="kernels">Of a register width.</param>
    public void Apply(ReadOnlySpan<float> input, Span<float> output, SimdKernels kernels) => kernels.Project(_columns, _stride, input[..Inputs], output[.._stride]);

    internal static void Apply<TLanes, TVector>(float[] columns, int stride, ReadOnlySpan<float> input, Span<float> output)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        ref var values = ref MemoryMarshal.GetArrayDataReference(columns);
        ref var target = ref MemoryMarshal.GetReference(output);
        for (nuint at = 0; at < (nuint)stride; at += (nuint)TLanes.Count)
        {
            var sum = TLanes.Load(ref values, at);
            for (var i = 0; i < input.Length; i++)
                sum = TLanes.AddProduct(sum, TLanes.Broadcast(input[i]), TLanes.Load(ref values, at + (nuint)((i + 1) * stride)));
            TLanes.Store(sum, ref target, at);
        }
    }
}
