using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>A tokenizer that is an ONNX graph itself: string [1] → token ids. The operators of onnxruntime-extensions are there.</summary>
internal sealed class GraphTokenizer : ITextTokenizer
{
    private readonly OnnxGraph _graph;
    private readonly TokenizerManifest _settings;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    public GraphTokenizer(string directory, TokenizerManifest settings)
    {
        _settings = settings;
        (_inputs, _outputs) = ([settings.Input!], [settings.Output!]);
        _graph = OnnxGraph.Open(directory, settings.Model!);
    }

    public int MaxTokens => _settings.MaxTokens!.Value;

    public int PadTo => _settings.PadTo ?? 0;

    public long PadId => _settings.PadId ?? 0;

    public IEnumerable<string> Mismatches(string section)
    {
        foreach (var violation in _graph.CheckInputs($"{section}.input", _inputs))
            yield return violation;
        if (_graph.Input(_settings.Input!) is { IsString: false } input)
            yield return $"{section}: the graph's input '{_settings.Input}' is {input.ElementType.Name}; it must be String [1].";
        foreach (var violation in _graph.CheckOutput($"{section}.output", _settings.Output!, typeof(long), typeof(int)))
            yield return violation;
    }

    public int Tokenize(string text, Span<long> ids)
    {
        using var input = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [1]);
        input.StringTensorSetElementAt(text, 0);
        using var outputs = _graph.Run(_inputs, [input], _outputs);
        var tokens = Read(outputs[0]);

        var end = _settings.EndIsAdded == true || tokens.Length + Begins > MaxTokens ? _settings.EndId : null;
        var room = MaxTokens - (end is null ? 0 : 1);
        var count = 0;
        if (_settings.BeginId is { } begin)
            ids[count++] = begin;
        foreach (var token in tokens.AsSpan(0, Math.Min(tokens.Length, room - count)))
            ids[count++] = token;
        if (end is { } last)
            ids[count++] = last;
        return count > 0 ? count
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The tokenizer {_settings.Model!.File} gave no token for a text of {text.Length} characters."));
    }

    public void Dispose() => _graph.Dispose();

    private int Begins => _settings.BeginId is null ? 0 : 1;

    private static long[] Read(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64
        ? value.GetTensorDataAsSpan<long>().ToArray()
        : Array.ConvertAll(value.GetTensorDataAsSpan<int>().ToArray(), id => (long)id);
}
