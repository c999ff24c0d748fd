using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.SemanticIds;
using Streaming.TestSupport;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookUsageTests
{
    private static readonly Codebook Codebook = new(new CodebookInfo("v", "e", "m", 2, 8, 1), new float[16]);

    [Fact]
    public void Usage_is_that_of_the_last_window()
    {
        var codes = Gen.Choose(1, 50).SelectMany(rows => Gen.ArrayOf(Gen.Choose(0, 7), rows * 2));
        Prop.ForAll(codes.ToArbitrary(), Holds).QuickCheckThrowOnFailure(seed: 20260204, maxTest: 100);

        static bool Holds(int[] codes)
        {
            const int window = 10;
            var usage = new CodebookUsage(Codebook, window);
            foreach (var row in codes.Chunk(2))
                usage.Record(row);
            var newest = codes.Chunk(2).TakeLast(window).SelectMany(row => row).ToArray();
            var (rows, levels) = usage.Read();
            return rows == newest.Length / 2 && levels.SequenceEqual(CodebookMetrics.Compute(newest, 2, 8).Levels);
        }
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var usage = new CodebookUsage(Codebook);
        int[] codes = [1, 2];
        Assert.Equal(0, Allocations.Of(() => usage.Record(codes)));
    }

    [Fact]
    public void Nothing_is_told_before_the_first_assignment() => Assert.Empty(new CodebookUsage(Codebook).Read().Levels);

    [Fact]
    public void Alarm_names_the_layer_that_has_collapsed_and_only_it()
    {
        // 300 creatives: layer 0 on two codes, layer 1 on all 64.
        int[] codes = [.. Enumerable.Range(0, 300).SelectMany(row => (int[])[row % 2, row % 64])];
        var metrics = CodebookMetrics.Compute(codes, 2, 64);
        Assert.Contains("layer 0 has collapsed: perplexity 2.0 of 64", Assert.Single(CodebookAlarm.Default.Check(metrics, 64)), StringComparison.Ordinal);
    }

    [Fact]
    public void Alarm_waits_for_enough_creatives() =>
        Assert.Empty(CodebookAlarm.Default.Check(CodebookMetrics.Compute(new int[255], 1, 64), 64));
}
