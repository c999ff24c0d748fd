using Streaming.Models.Hstu;

namespace Streaming.Models.Tests.Hstu;

public sealed class HstuConfigTests
{
    [Fact]
    public void Default_shape_is_valid() => Assert.Empty(HstuConfigValidator.Validate(HstuDefaultModel.Config));

    [Fact]
    public void Every_violation_is_reported_with_its_value_and_the_rule()
    {
        var config = HstuDefaultModel.Config with
        {
            Layers = 0,
            Width = -1,
            Heads = 65,
            HeadWidth = 257,
            Window = 70_000,
            ContentWidth = 0,
            OutputWidth = 5_000,
            Actions = ["click", " ", "click"],
        };
        Assert.Equal(
            [
                "Layers is 0; it must be in 1..64",
                "Width is -1; it must be in 1..4096",
                "Heads is 65; it must be in 1..64",
                "HeadWidth is 257; it must be in 1..256",
                "Window is 70000; it must be in 1..65536",
                "ContentWidth is 0; it must be in 1..4096",
                "OutputWidth is 5000; it must be in 1..4096",
                "Actions[1] is ' '; it must not be blank",
                "Actions[2] is 'click' a second time; names must be distinct",
            ],
            HstuConfigValidator.Validate(config));
    }

    [Fact]
    public void Empty_vocabulary_is_refused() =>
        Assert.Equal(["Actions is empty; it must name at least one action"], HstuConfigValidator.Validate(HstuDefaultModel.Config with { Actions = [] }));

    [Fact]
    public void Both_time_anchors_are_valid_and_no_other()
    {
        Assert.Empty(HstuConfigValidator.Validate(HstuDefaultModel.Config with { TimeAnchor = HstuTimeAnchor.Next }));
        Assert.Equal(["TimeAnchor is 2; it must be Self or Next"], HstuConfigValidator.Validate(HstuDefaultModel.Config with { TimeAnchor = (HstuTimeAnchor)2 }));
    }

    [Fact]
    public void Action_is_found_by_name()
    {
        Assert.Equal(1, HstuDefaultModel.Config.FindAction("click"));
        Assert.Equal(-1, HstuDefaultModel.Config.FindAction("Click"));
    }

    [Fact]
    public void Configurations_are_equal_by_value()
    {
        var copy = HstuDefaultModel.Config with { Actions = HstuDefaultModel.Config.Actions.ToList() };
        Assert.Equal(HstuDefaultModel.Config, copy);
        Assert.Equal(HstuDefaultModel.Config.GetHashCode(), copy.GetHashCode());
        Assert.NotEqual(HstuDefaultModel.Config, copy with { Actions = ["click"] });
        Assert.NotEqual(HstuDefaultModel.Config, copy with { TimeBias = false });
    }
}
