using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>Several tensors with one owner.</summary>
internal sealed class OrtValues(IReadOnlyList<OrtValue> values) : IDisposable
{
    public IReadOnlyList<OrtValue> Values => values;

    public void Dispose()
    {
        foreach (var value in values)
            value.Dispose();
    }
}
