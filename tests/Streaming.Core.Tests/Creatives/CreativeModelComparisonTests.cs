using Streaming.Core.Creatives;
using Streaming.Core.Registry;

namespace Streaming.Core.Tests.Creatives;

public sealed class CreativeModelComparisonTests
{
    private static readonly CreativeModelVersions A = new("e", "a");
    private static readonly CreativeModelVersions B = new("e", "b");
    private readonly Dictionary<string, CreativeIds> _live = new() { ["c1"] = new(1, [1, 1], 0, A), ["c2"] = new(2, [1, 1], 1, A), ["c3"] = new(3, [1, 2], 0, A) };
    private readonly Dictionary<string, CreativeIds> _other = new() { ["c1"] = new(1, [1, 5], 0, B), ["c2"] = new(2, [1, 6], 0, B), ["c3"] = new(3, [1, 2], 0, B) };

    [Fact]
    public void Churn_is_told_by_level_and_collisions_of_both()
    {
        var found = Compare();

        Assert.True(found.IsComplete);
        Assert.Equal(2 / 3d, found.Changed, 6);
        Assert.Equal([0, 2 / 3d], found.Levels.Select(l => l.Changed));
        Assert.Equal([1, 0], found.Levels.Select(l => l.KeptTogether));
        Assert.Equal((1 / 3d, 0d), (found.Collision, found.OtherCollision));
        Assert.Equal(0, found.OtherAmbiguous);
    }

    [Fact]
    public void A_missing_an_older_and_a_mixed_creative_each_make_it_incomplete()
    {
        _other.Remove("c1");
        Assert.Equal((1, false), (Compare().Missing, Compare().IsComplete));

        _other["c1"] = new(0, [1, 5], 0, B);
        Assert.Equal((1, false), (Compare().Behind, Compare().IsComplete));

        _other["c1"] = new(1, [1, 1], 0, A);
        Assert.Equal((1, false), (Compare().Mixed, Compare().IsComplete));
    }

    [Fact]
    public void A_semantic_id_that_was_given_twice_is_seen()
    {
        _other["c2"] = _other["c1"] with { Version = 2 };
        Assert.Equal(1, Compare().OtherAmbiguous);
    }

    private CreativeModelComparison Compare() => CreativeModelComparison.Of(_live, _other, B);
}
