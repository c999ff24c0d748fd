using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookChurnTests
{
    [Fact]
    public void Churn_of_a_small_case_is_as_counted_by_hand()
    {
        // Layer 0: 0 0 0 1 becomes 5 5 6 1; layer 1: 1 1 2 2 becomes 1 1 2 3.
        var churn = CodebookChurn.Compute([0, 1, 0, 1, 0, 2, 1, 2], 2, [5, 1, 5, 1, 6, 2, 1, 3], 2);

        Assert.Equal((4, 1.0), (churn.Rows, churn.ChangedIds));
        Assert.Equal(new CodebookChurnLevel(0.75, 0.25, 1.0 / 3), churn.Levels[0]);
        Assert.Equal(new CodebookChurnLevel(0.25, 0.25, 1.0), churn.Levels[1]);
    }

    [Fact]
    public void Codes_numbered_anew_change_every_id_and_no_neighbourhood()
    {
        var codes = Gen.Choose(1, 60).SelectMany(rows => Gen.ArrayOf(Gen.Choose(0, 5), rows * 2));
        Prop.ForAll(codes.ToArbitrary(), Holds).QuickCheckThrowOnFailure(seed: 20260203, maxTest: 100);

        static bool Holds(int[] codes)
        {
            var churn = CodebookChurn.Compute(codes, 2, [.. codes.Select(code => (code + 1) % 6)], 2);
            return churn.ChangedIds == 1 && churn.Levels.All(level => level is { Changed: 1, ChangedAfterMatching: 0 } && level.NeighboursKept is null or 1);
        }
    }

    [Fact]
    public void Codebook_against_itself_has_no_churn()
    {
        var churn = CodebookChurn.Compute([0, 1, 0, 1, 3, 2], 2, [0, 1, 0, 1, 3, 2], 2);
        Assert.Equal(0, churn.ChangedIds);
        Assert.All(churn.Levels, level => Assert.Equal(new CodebookChurnLevel(0, 0, 1), level));
    }

    [Fact]
    public void Other_creatives_are_refused() =>
        Assert.Contains("not the same creatives", Assert.Throws<ArgumentException>(() => CodebookChurn.Compute([1, 2], 1, [1, 2], 2)).Message, StringComparison.Ordinal);
}
