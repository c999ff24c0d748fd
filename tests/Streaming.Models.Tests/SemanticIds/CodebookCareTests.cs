using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

/// <summary>What initialisation, balance, normalised residuals and separation do to a codebook.</summary>
public sealed class CodebookCareTests
{
    private const int Dimension = 8;

    private static readonly RqKMeansOptions Options = new() { CodebookVersion = "c", EncoderVersion = "e", Layers = 2, Size = 16, Iterations = 30, Seed = 7 };

    [Fact]
    public void Bytes_do_not_depend_on_the_number_of_threads()
    {
        var rows = Lumpy(seed: 1, count: 5000);
        var options = Options with { Size = 32, Balanced = true, NormaliseResiduals = true, Separation = 3 };
        var one = RqKMeansTrainer.Train(rows, Dimension, options with { MaxThreads = 1 });
        var many = RqKMeansTrainer.Train(rows, Dimension, options with { MaxThreads = 8 });
        Assert.Equal(one.Centroids, many.Centroids);
        Assert.Equal(one.Biases, many.Biases);
    }

    [Fact]
    public void Balanced_codes_are_used_more_evenly()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Holds).QuickCheckThrowOnFailure(seed: 20260202, maxTest: 10);

        static bool Holds(int seed)
        {
            var rows = Lumpy(seed, count: 600);
            var options = Options with { Layers = 1, Seed = seed };
            var plain = RqKMeansTrainer.Train(rows, Dimension, options).Measure(rows).Levels[0].Perplexity;
            var balanced = RqKMeansTrainer.Train(rows, Dimension, options with { Balanced = true }).Measure(rows).Levels[0].Perplexity;
            return balanced > 1.2 * plain;
        }
    }

    [Fact]
    public void Balanced_codebook_keeps_its_prices_as_biases_and_an_unbalanced_one_has_none()
    {
        var rows = Lumpy(seed: 2, count: 600);
        Assert.True(RqKMeansTrainer.Train(rows, Dimension, Options).Biases.IsEmpty);
        var biases = RqKMeansTrainer.Train(rows, Dimension, Options with { Balanced = true }).Biases;
        Assert.Equal(2 * 16, biases.Length);
        Assert.Contains(biases.ToArray(), bias => bias > 0);
    }

    [Fact]
    public void Separation_tells_near_variants_apart()
    {
        // 30 products in 4 variants each, which differ by a tenth of what products differ, and 300 others.
        var random = new Random(5);
        List<float> rows = [];
        for (var product = 0; product < 30; product++)
        {
            var centre = Enumerable.Range(0, Dimension).Select(_ => random.NextSingle()).ToArray();
            for (var variant = 0; variant < 4; variant++)
                rows.AddRange(centre.Select(value => value + (0.1f * random.NextSingle())));
        }
        for (var product = 0; product < 300; product++)
            rows.AddRange(Enumerable.Range(0, Dimension).Select(_ => random.NextSingle()));
        var options = Options with { Layers = 3, Size = 32, NormaliseResiduals = true };

        var without = RqKMeansTrainer.Train(rows.ToArray(), Dimension, options).Measure(rows.ToArray()).Collision;
        var with = RqKMeansTrainer.Train(rows.ToArray(), Dimension, options with { Separation = 2 }).Measure(rows.ToArray()).Collision;
        Assert.True(with < 0.2 * without, $"{without} without, {with} with");
    }

    [Fact]
    public void Codebook_without_any_care_leaves_codes_unused()
    {
        var rows = Lumpy(seed: 3, count: 600);
        var none = RqKMeansTrainer.Train(rows, Dimension, Options with { Initialisation = CodebookInitialisation.None }).Measure(rows);
        var random = RqKMeansTrainer.Train(rows, Dimension, Options with { Initialisation = CodebookInitialisation.RandomRows }).Measure(rows);
        Assert.True(none.Levels[0].Utilisation < 0.8, $"{none.Levels[0]}");
        Assert.Equal(1, random.Levels[0].Utilisation);
    }

    [Fact]
    public void Rows_that_are_all_the_same_are_survived_with_every_care()
    {
        var rows = Enumerable.Repeat(0.5f, 20 * Dimension).ToArray();
        var metrics = RqKMeansTrainer.Train(rows, Dimension, Options with { Balanced = true, NormaliseResiduals = true, Separation = 3 }).Measure(rows);
        Assert.Equal(1, metrics.UniqueIds);
    }

    [Fact]
    public void Options_out_of_range_are_reported() =>
        Assert.All(
            ["separation is 7", "max_threads is 0"],
            expected => Assert.Contains(expected, string.Join(' ', (Options with { Separation = 7, MaxThreads = 0 }).Validate(Dimension)), StringComparison.Ordinal));

    // Most rows in a few lumps: what a plain k-means uses unevenly.
    private static float[] Lumpy(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).SelectMany(row =>
        {
            var (centre, width) = row % 4 == 0 ? (0f, 2f) : ((row % 3) + 1f, 0.3f);
            return Enumerable.Range(0, Dimension).Select(_ => centre + (width * random.NextSingle()));
        })];
    }
}
