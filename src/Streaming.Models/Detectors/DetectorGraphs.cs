using Streaming.Models.Encoders;

namespace Streaming.Models.Detectors;

/// <summary>Opens a detector's graph and checks it against its manifest.</summary>
internal static class DetectorGraphs
{
    /// <exception cref="InvalidDataException">The checksum differs, or inputs or outputs are not those that the manifest names.</exception>
    public static OnnxGraph Open(string directory, PictureInputManifest picture, string section, params string[] outputs)
    {
        var graph = OnnxGraph.Open(directory, picture.Model!);
        try
        {
            ManifestFile.ThrowIfAny(
                Path.Combine(directory, TaggerManifest.FileName),
                graph.CheckInputs($"{section}.input", [picture.Input!]).Concat(outputs.SelectMany(o => graph.CheckOutput(section, o, typeof(float)))));
            return graph;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }
}
