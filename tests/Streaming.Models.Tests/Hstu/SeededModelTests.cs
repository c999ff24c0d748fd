using Streaming.Models.Hstu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The committed seeded model, and what an untrained model may be relied on to do.</summary>
public sealed class SeededModelTests
{
    /// <summary>Set to 1 to write models/hstu-default anew instead of comparing it.</summary>
    private const string UpdateVariable = "STREAMING_UPDATE_MODELS";

    [Fact]
    public void Committed_default_model_is_what_its_seed_makes()
    {
        var committed = Path.Combine(RepositoryRoot(), "models", "hstu-default");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1") HstuDefaultModel.Create().Save(committed);

        var loaded = HstuModel.Load(committed);
        var temporary = Directory.CreateTempSubdirectory("hstu-").FullName;
        try
        {
            HstuModel.Seeded(loaded.Config, loaded.Seed!.Value, loaded.ModelVersion).Save(temporary);
            Assert.Equal(["manifest.json", "weights.safetensors"], Directory.GetFiles(committed).Select(Path.GetFileName).Order());
            foreach (var name in Directory.GetFiles(temporary).Select(Path.GetFileName))
                Assert.Equal(File.ReadAllBytes(Path.Combine(temporary, name!)), File.ReadAllBytes(Path.Combine(committed, name!)));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }

        Assert.False(loaded.Trained);
        Assert.Equal(HstuDefaultModel.Create().WeightsSha256, loaded.WeightsSha256);
        Assert.Equal((HstuDefaultModel.Config, HstuDefaultModel.ModelVersion), (loaded.Config, loaded.ModelVersion));
        Assert.InRange(new FileInfo(Path.Combine(committed, "weights.safetensors")).Length, 1, (1 << 20) - 1);
    }

    [Fact]
    public void Seeds_make_different_weights() =>
        Assert.NotEqual(HstuModel.Seeded(HstuDefaultModel.Config, 1, "v").WeightsSha256, HstuModel.Seeded(HstuDefaultModel.Config, 2, "v").WeightsSha256);

    [Fact]
    public void Generator_is_splitmix64()
    {
        // Published reference outputs of SplitMix64 for seed 1234567.
        var random = new SeededRandom(1_234_567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => random.NextBits()));
    }

    [Fact]
    public void Input_and_output_projection_are_an_orthonormal_pair()
    {
        var model = HstuDefaultModel.Create();
        var (content, head) = (model.Tensor(HstuTensors.ContentWeight).Values.ToArray(), model.Tensor(HstuTensors.HeadWeight).Values.ToArray());
        for (var o = 0; o < 32; o++)
        {
            for (var c = 0; c < 32; c++)
            {
                var product = Enumerable.Range(0, 64).Sum(d => (double)head[(o * 64) + d] * content[(d * 32) + c]);
                Assert.Equal(o == c ? 1 : 0, product, 1e-6);
            }
        }
    }

    [Fact]
    public void Untrained_embedding_lies_near_the_newest_content_and_leans_to_the_recent_ones()
    {
        var model = HstuDefaultModel.Create();
        using var engine = Engine(model, HstuKvPrecision.Bf16);
        var random = new SeededRandom(3);
        for (var trial = 0; trial < 20; trial++)
        {
            var (liked, other, newest) = (Direction(random), Direction(random), Direction(random));
            var before = Enumerable.Range(0, 20).Select(i => new HstuToken(liked, 1, 60 * i));
            var embedding = Steps(engine, engine.CreateSequence(), [.. before, new(newest, 1, 1_300)])[^1];

            Assert.InRange(Cosine(embedding, newest), 0.6, 1);
            Assert.InRange(Cosine(embedding, liked) - (Cosine(newest, liked) * Cosine(embedding, newest)), 0.2, 1);
            Assert.True(Cosine(embedding, liked) > Cosine(embedding, other));
        }
    }

    [Theory]
    [InlineData(33, 32)]
    [InlineData(32, 64)]
    public void Seeding_needs_a_width_above_the_contents_and_the_outputs(int contentWidth, int outputWidth)
    {
        var config = HstuDefaultModel.Config with { Width = 33, ContentWidth = contentWidth, OutputWidth = outputWidth };
        var e = Assert.Throws<ArgumentException>(() => HstuModel.Seeded(config, 1, "v"));
        Assert.Contains($"Width is 33; seeded weights need it above ContentWidth {contentWidth}", e.Message, StringComparison.Ordinal);
    }

    private static float[] Direction(SeededRandom random)
    {
        var values = Enumerable.Range(0, 32).Select(_ => random.NextNormal()).ToArray();
        var norm = Math.Sqrt(values.Sum(value => value * value));
        return values.Select(value => (float)(value / norm)).ToArray();
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Streaming.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("No Streaming.sln above the tests.");
    }
}
