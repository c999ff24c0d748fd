using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>Makes the input tensors of a text graph, in the graph's own element types.</summary>
internal sealed class TokenTensors
{
    private readonly List<(Type Type, Func<ReadOnlyMemory<long>, int, long, long[]> Row)> _inputs = [];

    public TokenTensors(TextInputsManifest names, OnnxGraph graph)
    {
        Add(names.Ids, graph, (ids, length, padId) => Row(ids.Span, length, padId));
        Add(names.Mask, graph, (ids, length, _) => Row(Enumerable.Repeat(1L, ids.Length).ToArray(), length, 0));
        Add(names.Types, graph, (_, length, _) => new long[length]);
    }

    public static IEnumerable<string> Mismatches(TextInputsManifest names, OnnxGraph graph)
    {
        foreach (var name in new[] { names.Ids, names.Mask, names.Types }.OfType<string>())
        {
            if (graph.Input(name) is { } input && (input.IsString || !IsKnown(input.ElementType, name == names.Mask) || input.Dimensions.Length != 2))
                yield return $"text.inputs: the model's '{name}' is {input.ElementType.Name} with {input.Dimensions.Length} axes; it must be Int64 or Int32{(name == names.Mask ? " or Single" : "")} [batch, tokens].";
        }
        if (names.Text is { } text && graph.Input(text) is { IsString: false } other)
            yield return $"text.inputs: the model's '{text}' is {other.ElementType.Name}; it must be String [batch].";
    }

    /// <summary>The tensors of a batch, in the order of the manifest's names; the caller disposes them.</summary>
    public OrtValues Create(ReadOnlySpan<TokenBag> bags, int length, long padId)
    {
        var values = new List<OrtValue>(_inputs.Count);
        foreach (var (type, row) in _inputs)
        {
            var all = new long[bags.Length * length];
            for (var i = 0; i < bags.Length; i++)
                row(bags[i].Ids, length, padId).CopyTo(all, i * length);
            values.Add(Tensor(type, all, [bags.Length, length]));
        }
        return new OrtValues(values);
    }

    private void Add(string? name, OnnxGraph graph, Func<ReadOnlyMemory<long>, int, long, long[]> row)
    {
        if (name is not null)
            _inputs.Add((graph.Input(name)!.ElementType, row));
    }

    private static bool IsKnown(Type type, bool mask) => type == typeof(long) || type == typeof(int) || mask && type == typeof(float);

    private static long[] Row(ReadOnlySpan<long> values, int length, long fill)
    {
        var row = new long[length];
        values.CopyTo(row);
        row.AsSpan(values.Length).Fill(fill);
        return row;
    }

    private static OrtValue Tensor(Type type, long[] values, long[] shape) =>
        type == typeof(long) ? OrtValue.CreateTensorValueFromMemory(values, shape)
        : type == typeof(int) ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (int)v), shape)
        : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (float)v), shape);
}
