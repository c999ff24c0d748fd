using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Streaming.Models.Encoders;

/// <summary>Input tensors in ONNX Runtime's own memory.</summary>
/// <remarks>
/// That memory is aligned; an array of this program lies anywhere, and a kernel that peels up to an aligned address then sums in another order:
/// the same picture would have other last bits from run to run.
/// </remarks>
internal static class OrtTensors
{
    /// <summary>Not cleared; the caller fills and disposes it.</summary>
    public static OrtValue Floats(long[] shape) => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);

    /// <summary>A copy.</summary>
    public static OrtValue Floats(ReadOnlySpan<float> values, long[] shape)
    {
        var tensor = Floats(shape);
        values.CopyTo(tensor.GetTensorMutableDataAsSpan<float>());
        return tensor;
    }
}
