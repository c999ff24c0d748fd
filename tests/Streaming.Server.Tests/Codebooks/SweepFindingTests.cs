using Streaming.Server.Codebooks;

namespace Streaming.Server.Tests.Codebooks;

public sealed class SweepFindingTests
{
    private static readonly string[] Shapes = ["1x2", "1x3", "1x4", "1x5", "1x6", "1x7"];

    [Fact]
    public void A_difference_that_every_pair_shows_is_clear_and_one_of_seeds_alone_is_not()
    {
        // Shapes differ more than initialisations do, which pairs take out; seeds are as large as what is planted.
        var planted = Study((shape, random, seed) => (0.1 * shape) + (random ? 0.02 + (0.001 * shape) : 0) + (0.02 * seed));
        var noise = Study((shape, random, seed) => (0.1 * shape) + (random ? (shape % 2 == 0 ? 0.03 : -0.02) + (0.001 * seed) : 0));

        Assert.Equal(0.0225, Difference(planted).Mean, 1e-9);
        Assert.True(Difference(planted).IsClear, $"{Difference(planted)}");
        Assert.False(Difference(noise).IsClear, $"{Difference(noise)}");
    }

    [Fact]
    public void Seeds_are_averaged_and_only_what_both_sides_have_is_compared()
    {
        var results = Study((_, random, seed) => (random ? 1 : 0) + (0.1 * seed));
        var groups = SweepGroup.Of(results.Append(Result("1x8", random: true, seed: 0, recall: 100)));
        Assert.Equal((2 * Shapes.Length) + 1, groups.Count);
        Assert.Equal(0.1, groups[0].RecallTest, 1e-9);
        Assert.Equal(0.1, groups[0].Deviation(result => result.RecallTest)!.Value, 1e-9);

        var finding = SweepFinding.All(groups).First();
        Assert.All(finding.Sides, side => Assert.Equal(Shapes.Length, side.Groups.Count));
        Assert.Null(finding.ToFirst(finding.Sides[0], group => group.RecallTest));
    }

    private static SweepFinding.Difference Difference(IEnumerable<SweepResult> results)
    {
        var finding = SweepFinding.All(SweepGroup.Of(results)).First();
        return finding.ToFirst(finding.Sides[1], group => group.RecallTest)!.Value;
    }

    private static List<SweepResult> Study(Func<int, bool, int, double> recall) =>
    [
        .. from shape in Enumerable.Range(0, Shapes.Length)
           from random in new[] { false, true }
           from seed in Enumerable.Range(0, 3)
           select Result(Shapes[shape], random, seed, recall(shape, random, seed)),
    ];

    private static SweepResult Result(string shape, bool random, int seed, double recall) => new(
        SweepResult.CurrentStudy, "data", "set", "encoder",
        new SweepExperiment("text", "rq-kmeans", "", 1, int.Parse(shape[2..], System.Globalization.CultureInfo.InvariantCulture), random ? "random" : "kmeans++", "plain", seed),
        0, [1], [1], [0], recall, recall, 0);
}
