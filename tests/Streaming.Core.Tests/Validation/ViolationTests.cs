using Streaming.Core.Validation;

namespace Streaming.Core.Tests.Validation;

public sealed class ViolationTests
{
    [Fact]
    public void Its_text_names_field_value_and_rule() => Assert.Equal("age = '-1': must be positive", new Violation("age", -1, "must be positive").ToString());

    [Fact]
    public void A_missing_value_is_shown_as_such() => Assert.Equal("(none)", new Violation("age", null, "must be present").Value);

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture() => Assert.Equal("0.5", new Violation("x", 0.5, "").Value);

    [Fact]
    public void A_long_value_is_cut() => Assert.Equal(new string('x', 128) + "… (70000 characters)", new Violation("x", new string('x', 70_000), "").Value);
}
