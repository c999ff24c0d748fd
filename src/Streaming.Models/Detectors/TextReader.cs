using System.Text;
using Microsoft.ML.OnnxRuntime;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>Reads level text in pictures. Safe for any number of threads but for <see cref="Dispose"/>.</summary>
/// <remarks>Source of the pipeline: PaddleOCR's PP-OCRv4 (differentiable binarisation, Liao et al. 2020; CTC, Graves et al. 2006), for level boxes.</remarks>
public sealed class TextReader : IDisposable
{
    // The largest boxes are read; each costs a run of the recogniser.
    private const int MostLines = 16;
    private const int MostWidth = 2_048;
    private const float MinTextScore = 0.5f;
    private const float MinLetterScore = 0.9f;

    private readonly TextReaderManifest _manifest;
    private readonly OnnxGraph _detection;
    private readonly OnnxGraph _recognition;
    private readonly string[] _characters;

    private TextReader(TextReaderManifest manifest, OnnxGraph detection, OnnxGraph recognition, string[] characters) =>
        (_manifest, _detection, _recognition, _characters) = (manifest, detection, recognition, characters);

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A checksum differs, or a file is not the model that the manifest describes.</exception>
    internal static TextReader Open(string directory, TextReaderManifest manifest, string section)
    {
        // Only line feeds end a line: some characters are themselves other line ends.
        var characters = Encoding.UTF8.GetString(ManifestFile.ReadChecked(directory, manifest.Dictionary!)).TrimEnd('\n').Split('\n');
        var detection = DetectorGraphs.Open(directory, manifest.Detection!, $"{section}.detection", manifest.Map!);
        try
        {
            return new(manifest, detection, DetectorGraphs.Open(directory, manifest.Recognition!, $"{section}.recognition", manifest.Characters!), characters);
        }
        catch
        {
            detection.Dispose();
            throw;
        }
    }

    /// <summary>The lines of a picture, from top to bottom.</summary>
    public IReadOnlyList<TextLine> Read(DecodedImage image)
    {
        var boxes = Detect(image).OrderByDescending(b => b.Box.Area).Take(MostLines).OrderBy(b => b.Box.Top).ThenBy(b => b.Box.Left);
        var lines = new List<TextLine>();
        foreach (var (box, boxScore) in boxes)
        {
            var (text, score) = Recognise(image, box);
            if (score >= (text.EnumerateRunes().Count() > 1 ? MinTextScore : MinLetterScore))
                lines.Add(new(box, boxScore, text, score, TextColour.Of(image, box)));
        }
        return lines;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _detection.Dispose();
        _recognition.Dispose();
    }

    private IReadOnlyList<(PixelBox Box, float Score)> Detect(DecodedImage image)
    {
        var input = PictureInput.Of(image, _manifest.Detection!);
        using var value = OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape);
        using var outputs = _detection.Run([_manifest.Detection!.Input!], [value], [_manifest.Map!]);
        return TextBoxes.Find(outputs[0].GetTensorDataAsSpan<float>(), input.CanvasWidth, input.CanvasHeight, image.Width, image.Height);
    }

    private (string Text, float Score) Recognise(DecodedImage image, PixelBox box)
    {
        var picture = _manifest.Recognition!;
        var (height, least) = (picture.Height!.Value, picture.Width!.Value);
        var width = Math.Clamp((int)Math.Ceiling((double)height * box.Width / box.Height), 1, MostWidth);
        var input = PictureInput.Resized(image, box, width, height, Math.Max(least, width), height, picture);
        using var value = OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape);
        using var outputs = _recognition.Run([picture.Input!], [value], [_manifest.Characters!]);
        return Decode(outputs[0].GetTensorDataAsSpan<float>());
    }

    // The best character of each step; repeats of the step before are the same character, 0 is none.
    private (string Text, float Score) Decode(ReadOnlySpan<float> probabilities)
    {
        var classes = _characters.Length + 2;
        var (text, sum, kept, before) = (new StringBuilder(), 0f, 0, 0);
        for (var at = 0; at + classes <= probabilities.Length; at += classes)
        {
            var step = probabilities.Slice(at, classes);
            var best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(step);
            if (best != 0 && best != before)
            {
                text.Append(best == classes - 1 ? " " : _characters[best - 1]);
                (sum, kept) = (sum + step[best], kept + 1);
            }
            before = best;
        }
        return kept == 0 ? ("", 0) : (text.ToString(), sum / kept);
    }
}
