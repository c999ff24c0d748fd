using System.Buffers.Binary;
using Streaming.Models.Encoders;

namespace Streaming.Models.SemanticIds;

/// <summary>A codebook on disk: <c>manifest.json</c> and <c>centroids.bin</c>.</summary>
/// <remarks>
/// <code>
/// centroids.bin, little-endian
///  0  "SIDC"      magic
///  4  uint32      format version, 1
///  8  uint32      layers
/// 12  uint32      size
/// 16  uint32      dimension
/// 20  12 bytes    zero
/// 32  float32 …   [layer][code][dimension]
/// </code>
/// </remarks>
internal static class CodebookDirectory
{
    public const int HeaderLength = 32;

    private const uint FormatVersion = 1;
    private const string CentroidsFile = "centroids.bin";

    private static ReadOnlySpan<byte> Magic => "SIDC"u8;

    public static Codebook Load(string directory)
    {
        var manifestPath = Path.Combine(directory, EncoderManifest.FileName);
        var manifest = ManifestFile.Read<CodebookManifest>(manifestPath);
        ManifestFile.ThrowIfAny(manifestPath, manifest.Validate());
        var content = ManifestFile.ReadChecked(directory, manifest.Centroids!);
        var info = manifest.ToInfo();
        try
        {
            return new Codebook(info, Decode(content, info));
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{Path.Combine(directory, manifest.Centroids!.File!)}: {e.Message}", e);
        }
    }

    public static void Save(Codebook codebook, string directory)
    {
        Directory.CreateDirectory(directory);
        var content = Encode(codebook);
        ManifestFile.Replace(Path.Combine(directory, CentroidsFile), content);
        var reference = new ModelFileReference { File = CentroidsFile, Sha256 = ManifestFile.Sha256(content) };
        ManifestFile.Write(Path.Combine(directory, EncoderManifest.FileName), CodebookManifest.From(codebook.Info, reference));
    }

    public static byte[] Encode(Codebook codebook)
    {
        var content = new byte[HeaderLength + codebook.Centroids.Length * sizeof(float)];
        Magic.CopyTo(content);
        WriteHeader(content, 4, FormatVersion);
        WriteHeader(content, 8, (uint)codebook.Layers);
        WriteHeader(content, 12, (uint)codebook.Size);
        WriteHeader(content, 16, (uint)codebook.Dimension);
        for (var i = 0; i < codebook.Centroids.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(HeaderLength + i * sizeof(float)), codebook.Centroids[i]);
        return content;
    }

    /// <exception cref="InvalidDataException">The bytes are not the centroids that the manifest describes; the message says what differs.</exception>
    public static float[] Decode(ReadOnlySpan<byte> content, CodebookInfo info)
    {
        if (content.Length < HeaderLength)
            throw new InvalidDataException($"{content.Length} bytes, shorter than the header of {HeaderLength}.");
        if (!content.StartsWith(Magic))
            throw new InvalidDataException($"begins with {Convert.ToHexString(content[..4])}, not with the magic {Convert.ToHexString(Magic)} (SIDC).");
        Expect(content, 4, FormatVersion, "format version");
        Expect(content, 8, (uint)info.Layers, "layers");
        Expect(content, 12, (uint)info.Size, "size");
        Expect(content, 16, (uint)info.Dimension, "dimension");

        var body = content[HeaderLength..];
        var count = info.Layers * info.Size * info.Dimension;
        if (body.Length != (long)count * sizeof(float))
            throw new InvalidDataException($"{body.Length} bytes after the header; {count} numbers need {(long)count * sizeof(float)}.");
        var centroids = new float[count];
        for (var i = 0; i < count; i++)
            centroids[i] = BinaryPrimitives.ReadSingleLittleEndian(body[(i * sizeof(float))..]);
        return centroids;
    }

    private static void WriteHeader(Span<byte> content, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(content[offset..], value);

    private static void Expect(ReadOnlySpan<byte> content, int offset, uint expected, string what)
    {
        var actual = BinaryPrimitives.ReadUInt32LittleEndian(content[offset..]);
        if (actual != expected)
            throw new InvalidDataException($"{what} at byte {offset} is {actual}; expected {expected}.");
    }
}
