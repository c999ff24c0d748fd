using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookDirectoryTests
{
    // "SIDC", format 1, 1 layer, size 2, dimension 3, 12 zero bytes, then 1, -2, 0.5, 0, 3, -0.25.
    private const string Golden =
        "53494443" + "01000000" + "01000000" + "02000000" + "03000000" + "000000000000000000000000" +
        "0000803F" + "000000C0" + "0000003F" + "00000000" + "00004040" + "000080BE";

    private static readonly Codebook Sample = new(
        new CodebookInfo("golden-1", "encoder-1", "by-hand", Layers: 1, Size: 2, Dimension: 3), [1, -2, 0.5f, 0, 3, -0.25f]);

    [Fact]
    public void Centroids_file_has_the_golden_bytes()
    {
        using var directory = Saved();
        Assert.Equal(Golden, Convert.ToHexString(File.ReadAllBytes(directory.File("centroids.bin"))));
    }

    [Fact]
    public void Manifest_has_the_golden_text()
    {
        using var directory = Saved();
        Assert.Equal(
            $$"""
            {
              "format_version": 1,
              "codebook_version": "golden-1",
              "encoder_version": "encoder-1",
              "method": "by-hand",
              "layers": 1,
              "size": 2,
              "dimension": 3,
              "centroids": {
                "file": "centroids.bin",
                "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(Golden)))}}"
              }
            }

            """,
            File.ReadAllText(directory.File("manifest.json")));
    }

    [Fact]
    public void Loaded_codebook_equals_the_saved_one()
    {
        using var directory = Saved();
        var loaded = Codebook.Load(directory.Path);
        Assert.Equal(Sample.Info, loaded.Info);
        Assert.Equal(Sample.Centroids, loaded.Centroids);
    }

    [Fact]
    public void Saving_again_replaces_and_leaves_nothing_else()
    {
        using var directory = Saved();
        Sample.Save(directory.Path);
        Assert.Equal(["centroids.bin", "manifest.json"], Directory.GetFiles(directory.Path).Select(Path.GetFileName).Order());
        Assert.Equal("golden-1", Codebook.Load(directory.Path).Version);
    }

    [Fact]
    public void Any_flipped_byte_is_found_by_the_checksum()
    {
        using var directory = Saved();
        Corrupt(directory, bytes => bytes[40] ^= 1, fixChecksum: false);
        Assert.Contains("sha256", LoadError(directory), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(4, "format version at byte 4")]
    [InlineData(8, "layers at byte 8")]
    [InlineData(12, "size at byte 12")]
    [InlineData(16, "dimension at byte 16")]
    public void Header_that_differs_is_named(int offset, string what)
    {
        using var directory = Saved();
        Corrupt(directory, bytes => bytes[offset] ^= 0x10);
        var message = LoadError(directory);
        Assert.Contains("centroids.bin", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 bytes, shorter than the header")]
    [InlineData(31, "31 bytes, shorter than the header")]
    [InlineData(55, "23 bytes after the header; 6 numbers need 24")]
    [InlineData(57, "25 bytes after the header; 6 numbers need 24")]
    public void Wrong_length_is_named(int length, string what)
    {
        using var directory = Saved();
        var bytes = File.ReadAllBytes(directory.File("centroids.bin"));
        Array.Resize(ref bytes, length);
        Rewrite(directory, bytes, fixChecksum: true);
        Assert.Contains(what, LoadError(directory), StringComparison.Ordinal);
    }

    [Fact]
    public void Centroid_that_is_no_number_is_named()
    {
        using var directory = Saved();
        Corrupt(directory, bytes => (bytes[34], bytes[35]) = (0xC0, 0x7F));
        Assert.Contains("Number 0 of the centroids is NaN", LoadError(directory), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_violation_of_a_manifest_is_reported()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("manifest.json"), """{"format_version": 7, "size": 1, "centroids": {"file": "a/b", "sha256": ""}}""");
        var message = LoadError(directory);
        Assert.All(
            ["format_version is 7", "codebook_version is missing", "encoder_version", "method", "layers is 0", "size is 1", "dimension is 0", "'a/b'", "sha256"],
            expected => Assert.Contains(expected, message, StringComparison.Ordinal));
    }

    private static TemporaryDirectory Saved()
    {
        var directory = new TemporaryDirectory();
        Sample.Save(directory.Path);
        return directory;
    }

    private static void Corrupt(TemporaryDirectory directory, Action<byte[]> corrupt, bool fixChecksum = true)
    {
        var bytes = File.ReadAllBytes(directory.File("centroids.bin"));
        corrupt(bytes);
        Rewrite(directory, bytes, fixChecksum);
    }

    private static void Rewrite(TemporaryDirectory directory, byte[] bytes, bool fixChecksum)
    {
        File.WriteAllBytes(directory.File("centroids.bin"), bytes);
        if (!fixChecksum)
            return;
        var manifest = JsonNode.Parse(File.ReadAllText(directory.File("manifest.json")))!;
        manifest["centroids"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllText(directory.File("manifest.json"), manifest.ToJsonString());
    }

    private static string LoadError(TemporaryDirectory directory) =>
        Assert.Throws<InvalidDataException>(() => Codebook.Load(directory.Path)).Message;
}
