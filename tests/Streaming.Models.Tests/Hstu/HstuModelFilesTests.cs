using System.Text.Json.Nodes;
using Streaming.Models.Hstu;
using Streaming.Models.Weights;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

public sealed class HstuModelFilesTests : IDisposable
{
    private static readonly HstuCase Case = new(2, 16, 2, 8, 20, 4, 4, TimeBias: true, Seed: 1);
    private readonly string _directory = Directory.CreateTempSubdirectory("hstu-").FullName;

    private string ManifestPath => Path.Combine(_directory, HstuManifest.FileName);

    private string WeightsPath => Path.Combine(_directory, "weights.safetensors");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Saved_model_loads_and_computes_the_same_bits()
    {
        var model = Case.Model();
        model.Save(_directory);
        var loaded = HstuModel.Load(_directory);
        Assert.Equal((model.Config, model.ModelVersion, model.Trained, model.Seed), (loaded.Config, loaded.ModelVersion, loaded.Trained, loaded.Seed));
        Assert.Equal(model.WeightsSha256, loaded.WeightsSha256);
        var tokens = Case.History(30);
        Assert.True(SameBits(Alone(model, tokens), Alone(loaded, tokens)));
    }

    [Fact]
    public void Seed_survives_the_manifest_over_its_whole_range()
    {
        HstuModel.Seeded(HstuDefaultModel.Config, ulong.MaxValue, "v").Save(_directory);
        Assert.Equal(ulong.MaxValue, HstuModel.Load(_directory).Seed);
    }

    [Fact]
    public void Changed_weights_are_refused_by_their_checksum()
    {
        var model = Case.Model();
        model.Save(_directory);
        var bytes = File.ReadAllBytes(WeightsPath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(WeightsPath, bytes);
        var message = LoadFailure();
        Assert.Contains("weights.safetensors' has SHA-256 ", message, StringComparison.Ordinal);
        Assert.Contains(model.WeightsSha256, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_that_does_not_fit_the_weights_is_refused_with_the_tensor_and_both_shapes()
    {
        Case.Model().Save(_directory);
        EditManifest(manifest => manifest["config"]!["window"] = 21);
        Assert.Equal("Tensor 'layers.0.position_bias' has shape [20]; expected [21].", LoadFailure());
    }

    [Fact]
    public void Missing_and_unexpected_tensors_are_named()
    {
        Case.Model().Save(_directory);
        EditManifest(manifest => manifest["config"]!["layers"] = 3);
        Assert.Equal("Tensor 'layers.2.uvqk' is missing; expected shape [16, 64].", LoadFailure());
        EditManifest(manifest => manifest["config"]!["layers"] = 1);
        Assert.Matches("^Tensor 'layers.1.[a-z_.]+' is not one of this model's.$", LoadFailure());
    }

    [Fact]
    public void Weight_that_is_not_finite_is_named()
    {
        var model = Case.Model();
        var tensors = HstuTensors.Shapes(model.Config).Select(entry => model.Tensor(entry.Key)).Where(tensor => tensor.Name != HstuTensors.HeadBias);
        var e = Assert.Throws<ModelFormatException>(() =>
            new HstuModel(model.Config, "v", trained: true, [.. tensors, new WeightTensor(HstuTensors.HeadBias, [4], [0, 0, float.NaN, 0])]));
        Assert.Equal("Tensor 'head.bias' holds NaN at index 2; every weight must be finite.", e.Message);
    }

    [Theory]
    [InlineData("format_version", "2", "The manifest's format_version is 2; this program reads 1.")]
    [InlineData("kind", "\"encoder\"", "The manifest's kind is 'encoder'; expected 'hstu'.")]
    [InlineData("model_version", "\" \"", "The manifest's model_version is blank.")]
    [InlineData("weights_file", "\"../weights.safetensors\"", "The manifest's weights_file is '../weights.safetensors'; expected a plain file name.")]
    [InlineData("weights_file", "\"other.safetensors\"", "other.safetensors' does not exist.")]
    [InlineData("trained", "null", "The manifest cannot be read: ")]
    [InlineData("config", "null", "The manifest cannot be read: ")]
    public void Bad_manifest_field_is_refused(string field, string value, string message)
    {
        Case.Model().Save(_directory);
        EditManifest(manifest => manifest[field] = JsonNode.Parse(value));
        Assert.Contains(message, LoadFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Next_time_anchor_is_read_from_the_manifest()
    {
        Case.Model().Save(_directory);
        EditManifest(manifest => manifest["config"]!["time_anchor"] = "next");
        Assert.Equal(HstuTimeAnchor.Next, HstuModel.Load(_directory).Config.TimeAnchor);
    }

    [Fact]
    public void Missing_field_or_file_and_text_that_is_not_json_are_refused()
    {
        Assert.Contains("manifest.json' does not exist", LoadFailure(), StringComparison.Ordinal);
        Case.Model().Save(_directory);
        EditManifest(manifest => manifest.Remove("weights_sha256"));
        Assert.Contains("weights_sha256", LoadFailure(), StringComparison.Ordinal);
        File.WriteAllText(ManifestPath, "not json");
        Assert.Contains("The manifest cannot be read", LoadFailure(), StringComparison.Ordinal);
    }

    private void EditManifest(Action<JsonObject> edit)
    {
        var manifest = JsonNode.Parse(File.ReadAllBytes(ManifestPath))!.AsObject();
        edit(manifest);
        File.WriteAllText(ManifestPath, manifest.ToJsonString());
    }

    private string LoadFailure() => Assert.Throws<ModelFormatException>(() => HstuModel.Load(_directory)).Message;
}
