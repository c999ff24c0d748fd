using Streaming.Models.Encoders;

namespace Streaming.Models.SemanticIds;

/// <summary>A codebook on disk: <c>manifest.json</c> and <c>centroids.bin</c>.</summary>
internal static class CodebookDirectory
{
    private const string CentroidsFile = "centroids.bin";

    public static Codebook Load(string directory)
    {
        var manifestPath = Path.Combine(directory, EncoderManifest.FileName);
        var manifest = ManifestFile.Read<CodebookManifest>(manifestPath);
        ManifestFile.ThrowIfAny(manifestPath, manifest.Validate());
        var content = ManifestFile.ReadChecked(directory, manifest.Centroids!);
        try
        {
            return CodebookBinary.Decode(content, manifest.ToInfo(), manifest.FormatVersion!.Value);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{Path.Combine(directory, manifest.Centroids!.File!)}: {e.Message}", e);
        }
    }

    public static void Save(Codebook codebook, string directory)
    {
        Directory.CreateDirectory(directory);
        var content = CodebookBinary.Encode(codebook);
        ManifestFile.Replace(Path.Combine(directory, CentroidsFile), content);
        var reference = new ModelFileReference { File = CentroidsFile, Sha256 = ManifestFile.Sha256(content) };
        ManifestFile.Write(Path.Combine(directory, EncoderManifest.FileName), CodebookManifest.From(codebook.Info, CodebookBinary.FormatOf(codebook), reference));
    }
}
