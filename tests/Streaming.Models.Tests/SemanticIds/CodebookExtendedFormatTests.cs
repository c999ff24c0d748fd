using System.Text.Json.Nodes;
using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

/// <summary>Format 2 of a codebook on disk. Format 1, which <see cref="CodebookDirectoryTests"/> pins by its golden bytes, is still written and read.</summary>
public sealed class CodebookExtendedFormatTests
{
    // "SIDC", format 2, 1 layer, size 2, dimension 2, biases follow, 1 projection layer, zero, outputs 1;
    // weights 2, -1; bias 0.5; centroids 1, -2; biases 0, 0.25.
    private const string Golden =
        "53494443" + "02000000" + "01000000" + "02000000" + "02000000" + "01000000" + "01000000" + "00000000" + "01000000" +
        "00000040" + "000080BF" + "0000003F" + "0000803F" + "000000C0" + "00000000" + "0000803E";

    private static readonly Codebook Sample = new(
        new CodebookInfo("golden-2", "encoder-1", "by-hand", Layers: 1, Size: 2, Dimension: 2) { NormaliseResiduals = true },
        [1, -2], [0, 0.25f], new CodebookProjection([([2, -1], [0.5f])]));

    [Fact]
    public void Centroids_file_has_the_golden_bytes()
    {
        using var directory = Saved();
        Assert.Equal(Golden, Convert.ToHexString(File.ReadAllBytes(directory.File("centroids.bin"))));
    }

    [Fact]
    public void Manifest_says_format_2_and_how_residuals_are_treated()
    {
        using var directory = Saved();
        var manifest = JsonNode.Parse(File.ReadAllText(directory.File("manifest.json")))!;
        Assert.Equal((2, true), (manifest["format_version"]!.GetValue<int>(), manifest["normalise_residuals"]!.GetValue<bool>()));
    }

    [Fact]
    public void Loaded_codebook_equals_the_saved_one()
    {
        using var directory = Saved();
        var loaded = Codebook.Load(directory.Path);
        Assert.Equal(Sample.Info, loaded.Info);
        Assert.Equal(Sample.Centroids, loaded.Centroids);
        Assert.Equal(Sample.Biases, loaded.Biases);
        Assert.Equal(Sample.Projection!.Weights(0), loaded.Projection!.Weights(0));
        Assert.Equal(Sample.Projection.Biases(0), loaded.Projection.Biases(0));
    }

    [Theory]
    [InlineData(20, 2, "biases at byte 20 is 2")]
    [InlineData(24, 9, "projection layers at byte 24 is 9")]
    [InlineData(24, 8, "shorter than the header with the widths of 8 projection layers")]
    [InlineData(32, 3, "28 bytes after the header; 17 numbers need 68")]
    [InlineData(20, 0, "28 bytes after the header; 5 numbers need 20")]
    public void Header_that_does_not_fit_is_named(int offset, byte value, string what)
    {
        var bytes = Convert.FromHexString(Golden);
        bytes[offset] = value;
        Assert.Contains(what, LoadError(bytes[..(offset == 24 && value == 8 ? 60 : bytes.Length)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_bias_is_named()
    {
        var bytes = Convert.FromHexString(Golden);
        bytes[^1] |= 0x80;
        Assert.Contains("Bias 1 is -0.25", LoadError(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Format_2_without_its_field_and_format_1_with_it_are_refused()
    {
        using var directory = Saved();
        var text = File.ReadAllText(directory.File("manifest.json"));
        File.WriteAllText(directory.File("manifest.json"), text.Replace("\"format_version\": 2", "\"format_version\": 1", StringComparison.Ordinal));
        Assert.Contains("format 1 has none", Assert.Throws<InvalidDataException>(() => Codebook.Load(directory.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(directory.File("manifest.json"), text.Replace("\"normalise_residuals\": true,", "", StringComparison.Ordinal));
        Assert.Contains("normalise_residuals is missing", Assert.Throws<InvalidDataException>(() => Codebook.Load(directory.Path)).Message, StringComparison.Ordinal);
    }

    private static TemporaryDirectory Saved()
    {
        var directory = new TemporaryDirectory();
        Sample.Save(directory.Path);
        return directory;
    }

    private static string LoadError(byte[] centroids)
    {
        using var directory = Saved();
        File.WriteAllBytes(directory.File("centroids.bin"), centroids);
        var manifest = JsonNode.Parse(File.ReadAllText(directory.File("manifest.json")))!;
        manifest["centroids"]!["sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(centroids));
        File.WriteAllText(directory.File("manifest.json"), manifest.ToJsonString());
        return Assert.Throws<InvalidDataException>(() => Codebook.Load(directory.Path)).Message;
    }
}
