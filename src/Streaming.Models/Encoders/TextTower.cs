using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>Texts → vectors by one graph. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
internal sealed class TextTower : IDisposable
{
    private readonly OnnxGraph _graph;
    private readonly ITextTokenizer? _tokenizer;
    private readonly TowerHead _head;
    private readonly TokenTensors _tensors;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly string _batching;

    private TextTower(TextTowerManifest manifest, OnnxGraph graph, ITextTokenizer? tokenizer, TowerHead head)
    {
        (_graph, _tokenizer, _head) = (graph, tokenizer, head);
        _inputs = [.. manifest.Inputs!.Names];
        _outputs = [manifest.Output!];
        _tensors = new TokenTensors(manifest.Inputs, graph);
        (_batching, BatchMax) = (manifest.Batching, manifest.BatchMax);
    }

    public int Width => _head.Width;

    /// <summary>Most texts of one run.</summary>
    public int BatchMax { get; }

    /// <param name="dimension">Numbers that a vector must have; null = as many as it has.</param>
    /// <param name="violations">Receives every difference between manifest and graph; the result is then null.</param>
    public static TextTower? Open(string directory, TextTowerManifest manifest, int? dimension, List<string> violations)
    {
        var graph = OnnxGraph.Open(directory, manifest.Model!);
        ITextTokenizer? tokenizer = null;
        try
        {
            var before = violations.Count;
            violations.AddRange(graph.CheckInputs("text.inputs", [.. manifest.Inputs!.Names]));
            violations.AddRange(TokenTensors.Mismatches(manifest.Inputs, graph));
            var head = TowerHead.Open(directory, TowerHeadManifest.Of(manifest, dimension), graph, violations);
            tokenizer = TextTokenizers.Open(directory, manifest.Tokenizer!, violations);
            if (violations.Count == before)
                return new TextTower(manifest, graph, tokenizer, head!);
        }
        catch
        {
            graph.Dispose();
            tokenizer?.Dispose();
            throw;
        }
        graph.Dispose();
        tokenizer?.Dispose();
        return null;
    }

    /// <param name="texts">n texts.</param>
    /// <param name="vectors">[n, <see cref="Width"/>].</param>
    /// <param name="batchMax">At most so many texts share a run.</param>
    public void Encode(IReadOnlyList<string> texts, Span<float> vectors, int batchMax)
    {
        if (_tokenizer is null)
            EncodeTexts(texts, vectors, batchMax);
        else
            EncodeTokens(texts, vectors, batchMax);
    }

    /// <summary>The ids that the tokenizer gives; null when it is inside the graph.</summary>
    public long[]? Tokenize(string text)
    {
        if (_tokenizer is null)
            return null;
        var ids = new long[_tokenizer.MaxTokens];
        return ids[.._tokenizer.Tokenize(text, ids)];
    }

    public void Dispose()
    {
        _graph.Dispose();
        _tokenizer?.Dispose();
    }

    private void EncodeTokens(IReadOnlyList<string> texts, Span<float> vectors, int batchMax)
    {
        var ids = ArrayPool<long>.Shared.Rent(_tokenizer!.MaxTokens);
        var bags = new TokenBag[texts.Count];
        for (var i = 0; i < texts.Count; i++)
            bags[i] = new TokenBag(i, ids.AsSpan(0, _tokenizer.Tokenize(texts[i], ids)).ToArray());
        ArrayPool<long>.Shared.Return(ids);

        // Texts of like lengths together, so that little is padded.
        Array.Sort(bags, (a, b) => a.Ids.Length != b.Ids.Length ? a.Ids.Length.CompareTo(b.Ids.Length) : a.Index.CompareTo(b.Index));
        for (var first = 0; first < bags.Length;)
        {
            var count = 1;
            while (count < batchMax && first + count < bags.Length && (_batching == BatchingKinds.Padded || _tokenizer.PadTo > 0 || bags[first + count].Ids.Length == bags[first].Ids.Length))
                count++;
            EncodeBatch(bags.AsSpan(first, count), vectors);
            first += count;
        }
    }

    private void EncodeBatch(ReadOnlySpan<TokenBag> bags, Span<float> vectors)
    {
        // ONNX Runtime multiplies a single row by another kernel than several, with other last bits. So where texts may share a run, one
        // that is alone is given twice: then every run has at least two rows.
        if (bags.Length == 1 && BatchMax > 1)
            bags = new[] { bags[0], bags[0] };
        var length = Math.Max(bags[^1].Ids.Length, _tokenizer!.PadTo);
        using var inputs = _tensors.Create(bags, length, _tokenizer.PadId);
        using var outputs = _graph.Run(_inputs, inputs.Values, _outputs);
        var output = outputs[0].GetTensorDataAsSpan<float>();
        var size = output.Length / bags.Length;
        for (var row = 0; row < bags.Length; row++)
            _head.Apply(output.Slice(row * size, size), bags[row].Ids.Length, vectors.Slice(bags[row].Index * Width, Width));
    }

    private void EncodeTexts(IReadOnlyList<string> texts, Span<float> vectors, int batchMax)
    {
        for (var first = 0; first < texts.Count; first += batchMax)
        {
            var count = Math.Min(batchMax, texts.Count - first);
            // At least two where texts may share a run, as above.
            var rows = BatchMax > 1 ? Math.Max(count, 2) : count;
            using var input = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [rows]);
            for (var row = 0; row < rows; row++)
                input.StringTensorSetElementAt(texts[first + Math.Min(row, count - 1)], row);
            using var outputs = _graph.Run(_inputs, [input], _outputs);
            var output = outputs[0].GetTensorDataAsSpan<float>();
            var size = output.Length / rows;
            for (var row = 0; row < count; row++)
                _head.Apply(output.Slice(row * size, size), 1, vectors.Slice((first + row) * Width, Width));
        }
    }
}
