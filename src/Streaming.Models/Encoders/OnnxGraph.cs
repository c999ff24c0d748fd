using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>
/// One ONNX file, opened for runs on the calling thread. Runs are safe for any number of threads; <see cref="Dispose"/> must not run beside one.
/// </summary>
internal sealed class OnnxGraph : IDisposable
{
    private static readonly RunOptions Options = new();

    private readonly InferenceSession _session;

    private OnnxGraph(InferenceSession session) => _session = session;

    /// <summary>Checks the file against its checksum and loads it, with the operators of onnxruntime-extensions.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The checksum differs, or it is no model that ONNX Runtime can run.</exception>
    public static OnnxGraph Open(string directory, ModelFileReference reference)
    {
        var content = ManifestFile.ReadChecked(directory, reference);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // Patterns are kept for ever per input shape, and every token count is a shape.
            EnableMemoryPattern = false,
        };
        try
        {
            options.RegisterOrtExtensions();
            return new OnnxGraph(new InferenceSession(content, options));
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{Path.Combine(directory, reference.File!)}: ONNX Runtime cannot load it: {e.Message}", e);
        }
    }

    public NodeMetadata? Input(string name) => _session.InputMetadata.GetValueOrDefault(name);

    public NodeMetadata? Output(string name) => _session.OutputMetadata.GetValueOrDefault(name);

    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> values, IReadOnlyCollection<string> outputs)
    {
        var started = InferenceClock.Begin();
        var result = _session.Run(Options, inputs, values, outputs);
        InferenceClock.End(started);
        return result;
    }

    /// <summary>The named inputs must be the graph's inputs, all of them.</summary>
    public IEnumerable<string> CheckInputs(string field, IReadOnlyCollection<string> names)
    {
        if (!names.ToHashSet(StringComparer.Ordinal).SetEquals(_session.InputMetadata.Keys))
            yield return $"{field} is '{string.Join(", ", names)}', but the model's inputs are: {string.Join(", ", _session.InputMetadata.Keys)}.";
    }

    public IEnumerable<string> CheckOutput(string field, string name, params Type[] types)
    {
        if (Output(name) is not { } output)
            yield return $"{field} is '{name}', but the model's outputs are: {string.Join(", ", _session.OutputMetadata.Keys)}.";
        else if (!types.Contains(output.ElementType))
            yield return $"{field}: the model's '{name}' is {output.ElementType.Name}; it must be {string.Join(" or ", types.Select(t => t.Name))}.";
    }

    public void Dispose() => _session.Dispose();
}
