using Streaming.Core.Contracts;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class CreativeTextComposerTests
{
    [Fact]
    public void Title_comes_first_then_category_then_the_other_texts_in_order()
    {
        var creative = new Creative { Category = "Shoes" };
        creative.Texts.Add(new CreativeText { Role = "description", Text = "Light." });
        creative.Texts.Add(new CreativeText { Role = "title", Text = "Red shoes" });
        creative.Texts.Add(new CreativeText { Role = "title", Text = "Second title" });
        Assert.Equal("Red shoes Shoes Light. Second title", CreativeTextComposer.Compose(creative));
    }

    [Fact]
    public void Missing_parts_leave_no_extra_spaces()
    {
        Assert.Equal("", CreativeTextComposer.Compose(new Creative()));
        Assert.Equal("Body only", CreativeTextComposer.Compose("", "", ["", "Body", "only"]));
        Assert.Equal("Title Body", CreativeTextComposer.Compose("Title", "", ["Body"]));
    }

    [Fact]
    public void Body_is_cut_at_its_bound_but_not_inside_a_code_point()
    {
        Assert.Equal("T abc", CreativeTextComposer.Compose("T", "", ["abcdef"], maxBodyLength: 3));
        Assert.Equal("T ab", CreativeTextComposer.Compose("T", "", ["ab🔥"], maxBodyLength: 3));
        Assert.Equal("T", CreativeTextComposer.Compose("T", "", ["abc"], maxBodyLength: 0));
    }
}
