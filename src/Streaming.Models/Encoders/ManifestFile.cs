using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Models.Encoders;

/// <summary>Reads and writes manifests (JSON, snake_case; an unknown field is an error, since it is most often a misspelt one).</summary>
internal static class ManifestFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static T Read<T>(string path)
        where T : class
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Json) ?? throw new InvalidDataException($"{path}: the manifest is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not a manifest: {e.Message}", e);
        }
    }

    public static void Write<T>(string path, T manifest) => Replace(path, [.. JsonSerializer.SerializeToUtf8Bytes(manifest, Json), (byte)'\n']);

    /// <summary>Writes beside and renames, so that a reader never meets half a file.</summary>
    public static void Replace(string path, byte[] content)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }

    public static void ThrowIfAny(string path, IEnumerable<string> violations)
    {
        var all = violations.ToList();
        if (all.Count > 0)
            throw new InvalidDataException($"{path}: {all.Count} violation(s): {string.Join(' ', all)}");
    }

    /// <returns>The content of the referenced file, its checksum proved.</returns>
    public static byte[] ReadChecked(string directory, ModelFileReference reference)
    {
        var path = Path.Combine(directory, reference.File!);
        var content = File.ReadAllBytes(path);
        var actual = Sha256(content);
        return string.Equals(actual, reference.Sha256, StringComparison.OrdinalIgnoreCase)
            ? content
            : throw new InvalidDataException($"{path}: sha256 is {actual}, but the manifest says {reference.Sha256}.");
    }

    public static string Sha256(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
