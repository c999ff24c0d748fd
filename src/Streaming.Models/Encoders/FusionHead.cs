using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>A text vector and a picture vector → one embedding. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
internal sealed class FusionHead : IDisposable
{
    private readonly FusionManifest _manifest;
    private readonly OnnxGraph? _graph;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private FusionHead(FusionManifest manifest, OnnxGraph? graph, int width)
    {
        (_manifest, _graph, Width) = (manifest, graph, width);
        (_inputs, _outputs) = ([manifest.Text, manifest.Image, manifest.Present], [manifest.Output]);
    }

    public int Width { get; }

    /// <param name="violations">Receives every difference between manifest and towers; the result is then null.</param>
    public static FusionHead? Open(string directory, FusionManifest manifest, int textWidth, int imageWidth, int dimension, List<string> violations)
    {
        if (manifest.Kind == FusionManifest.Mean)
        {
            if (textWidth == dimension && imageWidth == dimension)
                return new FusionHead(manifest, null, dimension);
            violations.Add($"fusion.kind is '{FusionManifest.Mean}' and dimension {dimension}, but the text tower gives {textWidth} numbers and the image tower {imageWidth}.");
            return null;
        }
        var graph = OnnxGraph.Open(directory, manifest.Model!);
        var before = violations.Count;
        violations.AddRange(graph.CheckInputs("fusion inputs", [manifest.Text, manifest.Image, manifest.Present]));
        violations.AddRange(Mismatches(graph, manifest.Text, textWidth).Concat(Mismatches(graph, manifest.Image, imageWidth)).Concat(Mismatches(graph, manifest.Present, 2)));
        var head = TowerHead.Open(directory, TowerHeadManifest.Of(manifest, dimension), graph, violations);
        if (violations.Count == before)
            return new FusionHead(manifest, graph, head!.Width);
        graph.Dispose();
        return null;
    }

    /// <summary>One creative. A vector that it has not is empty.</summary>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, int textWidth, int imageWidth, Span<float> embedding)
    {
        if (_graph is null)
            Mean(text, image, embedding);
        else
            Run(text, image, textWidth, imageWidth, embedding);
    }

    public void Dispose() => _graph?.Dispose();

    private void Mean(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> embedding)
    {
        var weight = image.IsEmpty ? 1 : text.IsEmpty ? 0 : _manifest.TextWeight;
        for (var d = 0; d < embedding.Length; d++)
            embedding[d] = (text.IsEmpty ? 0 : weight * text[d]) + (image.IsEmpty ? 0 : (1 - weight) * image[d]);
    }

    // One at a time: the graph is small beside the towers, and so the batch cannot matter.
    private void Run(ReadOnlySpan<float> text, ReadOnlySpan<float> image, int textWidth, int imageWidth, Span<float> embedding)
    {
        float[] texts = new float[textWidth], images = new float[imageWidth];
        text.CopyTo(texts);
        image.CopyTo(images);
        using var values = new OrtValues(
        [
            OrtTensors.Floats(texts, [1, textWidth]),
            OrtTensors.Floats(images, [1, imageWidth]),
            OrtTensors.Floats([text.IsEmpty ? 0f : 1f, image.IsEmpty ? 0f : 1f], [1, 2]),
        ]);
        using var outputs = _graph!.Run(_inputs, values.Values, _outputs);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(embedding);
    }

    private static IEnumerable<string> Mismatches(OnnxGraph graph, string name, int width)
    {
        if (graph.Input(name) is { } input && (input.ElementType != typeof(float) || input.Dimensions is not [_, var columns] || columns != width))
            yield return $"fusion: the model's '{name}' is {input.ElementType.Name} [{string.Join(", ", input.Dimensions)}]; it must be Single [batch, {width}].";
    }
}
