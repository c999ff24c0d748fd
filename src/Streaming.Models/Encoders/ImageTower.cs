using Microsoft.ML.OnnxRuntime;
using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>Pictures → vectors by one graph. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
internal sealed class ImageTower : IDisposable
{
    private readonly OnnxGraph _graph;
    private readonly ImagePreprocessor? _preprocessor;
    private readonly TowerHead _head;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly long[] _shape;

    private ImageTower(ImageTowerManifest manifest, OnnxGraph graph, TowerHead head)
    {
        (_graph, _head) = (graph, head);
        (_inputs, _outputs) = ([manifest.Input!], [manifest.Output!]);
        _preprocessor = manifest.Resize == ImageTowerManifest.ResizeInGraph ? null : new ImagePreprocessor(manifest);
        _shape = manifest.Layout == "nchw" ? [DecodedImage.Channels, manifest.Height ?? 0, manifest.Width ?? 0] : [manifest.Height ?? 0, manifest.Width ?? 0, DecodedImage.Channels];
        BatchMax = manifest.BatchMax;
    }

    public int Width => _head.Width;

    /// <summary>Most pictures of one run.</summary>
    public int BatchMax { get; }

    /// <param name="dimension">Numbers that a vector must have; null = as many as it has.</param>
    /// <param name="violations">Receives every difference between manifest and graph; the result is then null.</param>
    public static ImageTower? Open(string directory, ImageTowerManifest manifest, int? dimension, List<string> violations)
    {
        var graph = OnnxGraph.Open(directory, manifest.Model!);
        try
        {
            var before = violations.Count;
            violations.AddRange(graph.CheckInputs("image.input", [manifest.Input!]));
            violations.AddRange(Mismatches(manifest, graph));
            var head = TowerHead.Open(directory, TowerHeadManifest.Of(manifest, dimension), graph, violations);
            if (violations.Count == before)
                return new ImageTower(manifest, graph, head!);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
        graph.Dispose();
        return null;
    }

    /// <param name="images">n pictures.</param>
    /// <param name="vectors">[n, <see cref="Width"/>].</param>
    /// <param name="batchMax">At most so many pictures share a run.</param>
    public void Encode(IReadOnlyList<DecodedImage> images, Span<float> vectors, int batchMax)
    {
        for (var first = 0; first < images.Count; first += batchMax)
        {
            var count = Math.Min(batchMax, images.Count - first);
            // As for texts: where pictures may share a run, every run has at least two.
            var rows = BatchMax > 1 ? Math.Max(count, 2) : count;
            using var input = _preprocessor is null ? Bytes(images[first]) : Pixels(images, first, count, rows);
            using var outputs = _graph.Run(_inputs, [input], _outputs);
            var output = outputs[0].GetTensorDataAsSpan<float>();
            var size = output.Length / rows;
            for (var row = 0; row < count; row++)
                _head.Apply(output.Slice(row * size, size), size / _head.GraphWidth, vectors.Slice((first + row) * Width, Width));
        }
    }

    public void Dispose() => _graph.Dispose();

    private OrtValue Pixels(IReadOnlyList<DecodedImage> images, int first, int count, int rows)
    {
        var size = _preprocessor!.Size;
        var input = OrtTensors.Floats([rows, .. _shape]);
        var pixels = input.GetTensorMutableDataAsSpan<float>();
        for (var row = 0; row < count; row++)
            _preprocessor.Fill(images[first + row], pixels.Slice(row * size, size));
        if (rows > count)
            pixels[..size].CopyTo(pixels[size..]);
        return input;
    }

    private static OrtValue Bytes(DecodedImage image) => OrtValue.CreateTensorValueFromMemory(image.Pixels.ToArray(), [1, image.Height, image.Width, DecodedImage.Channels]);

    private static IEnumerable<string> Mismatches(ImageTowerManifest manifest, OnnxGraph graph)
    {
        if (graph.Input(manifest.Input!) is not { } input)
            yield break;
        var type = manifest.Resize == ImageTowerManifest.ResizeInGraph ? typeof(byte) : typeof(float);
        int?[] wanted = manifest.Layout == "nchw" ? [null, DecodedImage.Channels, manifest.Height, manifest.Width] : [null, manifest.Height, manifest.Width, DecodedImage.Channels];
        var fits = input.Dimensions.Length == wanted.Length && input.Dimensions.Zip(wanted).All(d => d.First < 1 || d.Second is null || d.First == d.Second);
        if (input.ElementType != type || manifest.Resize != ImageTowerManifest.ResizeInGraph && !fits)
            yield return $"image.input: the model's '{manifest.Input}' is {input.ElementType.Name} [{string.Join(", ", input.Dimensions)}]; the manifest makes {type.Name} [batch, {string.Join(", ", wanted.Skip(1))}].";
        if (manifest.BatchMax > 1 && input.Dimensions is [> 0 and var fixedBatch, ..])
            yield return $"image.batch_max is {manifest.BatchMax}, but the model takes {fixedBatch} at a time.";
    }
}
