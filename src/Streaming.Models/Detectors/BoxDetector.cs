using Microsoft.ML.OnnxRuntime;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>Finds things in pictures: faces, persons, whatever its model was trained for. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
public sealed class BoxDetector : IDisposable
{
    // Of the heatmap's cells, as CenterFace has it.
    private const int CellSide = 4;

    private readonly BoxDetectorManifest _manifest;
    private readonly OnnxGraph _graph;

    private BoxDetector(BoxDetectorManifest manifest, OnnxGraph graph) => (_manifest, _graph) = (manifest, graph);

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">Its checksum differs, or it is not the model that the manifest describes.</exception>
    internal static BoxDetector Open(string directory, BoxDetectorManifest manifest, string section)
    {
        var graph = DetectorGraphs.Open(directory, manifest.Picture!, section, manifest.Outputs);
        return new(manifest, graph);
    }

    /// <summary>What is in a picture, the surest first.</summary>
    public IReadOnlyList<Detection> Detect(DecodedImage image)
    {
        var input = PictureInput.Of(image, _manifest.Picture!);
        using var value = OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape);
        using var outputs = _graph.Run([_manifest.Picture!.Input!], [value], _manifest.Outputs);
        var candidates = _manifest.Kind == BoxDetectorManifest.BoxesKind ? FromBoxes(outputs, image) : FromCentres(outputs, input, image);
        return Detection.Best(candidates.OrderByDescending(c => c.Score).Take(BoxDetectorManifest.MostCandidates), _manifest.MaxOverlap);
    }

    /// <inheritdoc />
    public void Dispose() => _graph.Dispose();

    private List<Detection> FromBoxes(IReadOnlyList<OrtValue> outputs, DecodedImage image)
    {
        var boxes = outputs[0].GetTensorDataAsSpan<float>();
        var scores = outputs[1].GetTensorDataAsSpan<float>();
        var found = new List<Detection>();
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > _manifest.MinScore)
                found.Add(Clip(boxes[i * 4] * image.Width, boxes[(i * 4) + 1] * image.Height, boxes[(i * 4) + 2] * image.Width, boxes[(i * 4) + 3] * image.Height, scores[i], image));
        }
        return found;
    }

    private List<Detection> FromCentres(IReadOnlyList<OrtValue> outputs, PictureInput input, DecodedImage image)
    {
        var heat = outputs[0].GetTensorDataAsSpan<float>();
        var size = outputs[1].GetTensorDataAsSpan<float>();
        var offset = outputs[2].GetTensorDataAsSpan<float>();
        var columns = input.CanvasWidth / CellSide;
        var (scaleX, scaleY) = ((float)input.Width / image.Width, (float)input.Height / image.Height);
        var found = new List<Detection>();
        for (var cell = 0; cell < heat.Length; cell++)
        {
            if (!(heat[cell] > _manifest.MinScore))
                continue;
            var (height, width) = (CellSide * MathF.Exp(size[cell]), CellSide * MathF.Exp(size[heat.Length + cell]));
            var centreY = ((cell / columns) + offset[cell] + 0.5f) * CellSide;
            var centreX = ((cell % columns) + offset[heat.Length + cell] + 0.5f) * CellSide;
            var (left, top) = (Math.Max(0, centreX - (width / 2)), Math.Max(0, centreY - (height / 2)));
            found.Add(Clip(left / scaleX, top / scaleY, (left + width) / scaleX, (top + height) / scaleY, heat[cell], image));
        }
        return found;
    }

    private static Detection Clip(float left, float top, float right, float bottom, float score, DecodedImage image) =>
        new(Math.Clamp(left, 0, image.Width), Math.Clamp(top, 0, image.Height), Math.Clamp(right, 0, image.Width), Math.Clamp(bottom, 0, image.Height), score);
}
