using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>Says which label a picture shows. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
public sealed class Classifier : IDisposable
{
    private readonly ClassifierManifest _manifest;
    private readonly OnnxGraph _graph;
    private readonly string[] _labels;

    private Classifier(ClassifierManifest manifest, OnnxGraph graph, string[] labels) => (_manifest, _graph, _labels) = (manifest, graph, labels);

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A checksum differs, or a file is not what the manifest describes.</exception>
    internal static Classifier Open(string directory, ClassifierManifest manifest, string section)
    {
        var labels = Encoding.UTF8.GetString(ManifestFile.ReadChecked(directory, manifest.Labels!)).TrimEnd('\n').Split('\n');
        return new(manifest, DetectorGraphs.Open(directory, manifest.Picture!, section, manifest.Scores!), labels);
    }

    /// <summary>The label, or null when none is probable enough.</summary>
    /// <exception cref="InvalidDataException">The model gives another number of scores than there are labels.</exception>
    public (string Label, float Score)? Classify(DecodedImage image)
    {
        var input = PictureInput.Of(image, _manifest.Picture!);
        using var value = OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape);
        using var outputs = _graph.Run([_manifest.Picture!.Input!], [value], [_manifest.Scores!]);
        var scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        if (scores.Length != _labels.Length)
            throw new InvalidDataException($"The classifier gives {scores.Length} scores for {_labels.Length} labels.");
        if (_manifest.Softmax)
            TensorPrimitives.SoftMax(scores, scores);
        var best = TensorPrimitives.IndexOfMax<float>(scores);
        return scores[best] >= _manifest.MinScore ? (_labels[best], scores[best]) : null;
    }

    /// <inheritdoc />
    public void Dispose() => _graph.Dispose();
}
