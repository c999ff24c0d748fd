using Streaming.Core.Contracts;
using Streaming.Models.Tags;

namespace Streaming.Models.Tests.Tags;

public sealed class TextTagsTests
{
    [Fact]
    public void Creative_without_text_says_so_and_has_no_type()
    {
        foreach (var texts in (string[][])[[], [""], [" \n"]])
        {
            var tags = Fill(texts);
            Assert.True(tags.HasText);
            Assert.False(tags.Text);
            Assert.Equal((uint)texts.Sum(text => text.Length), tags.TextLength);
            Assert.Empty(tags.TextKeyWords);
            Assert.False(tags.HasTextType);
        }
    }

    [Fact]
    public void Length_counts_code_points_of_all_texts() => Assert.Equal(6u, Fill("añ🔥", "abc").TextLength);

    [Fact]
    public void Key_words_are_the_most_frequent_then_the_first_without_stop_words() =>
        Assert.Equal(
            ["shoes", "red", "running", "cafe"],
            Fill("The red running shoes of the Café", "Don't miss it: 2024 SHOES!").TextKeyWords.Take(4));

    [Fact]
    public void At_most_eight_key_words_are_kept() =>
        Assert.Equal(
            ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"],
            Fill("alpha bravo charlie delta echo foxtrot golf hotel india juliett").TextKeyWords);

    [Theory]
    [InlineData("discount", "Now $19.99, 20% off")]
    [InlineData("discount", "Save 15% this week")]
    [InlineData("discount", "Summer SALE ends soon?")]
    [InlineData("discount", "$5 off your first order")]
    [InlineData("discount", "-30 % on boots")]
    [InlineData("price", "Steel file card for $9.99")]
    [InlineData("price", "Ab 9,99 € im Monat")]
    [InlineData("price", "Tickets from USD 10")]
    [InlineData("call_to_action", "Shop now")]
    [InlineData("call_to_action", "New season. Learn more about it")]
    [InlineData("call_to_action", "Download!")]
    [InlineData("call_to_action", "Download the app")]
    [InlineData("question", "Tired of slow files?")]
    [InlineData("question", "今日は何を食べますか？ ")]
    [InlineData("statement", "Stainless steel hex nipple, 100% recycled, house for sale nearby")]
    [InlineData("statement", "Widely read. They learned more from it")]
    [InlineData("statement", "Downloads of the year")]
    public void Type_follows_the_stated_rules(string type, string text) => Assert.Equal(type, Fill(text).TextType);

    [Fact]
    public void Any_of_the_texts_can_decide_the_type() => Assert.Equal("price", Fill("Is it good?", "Only 5 EUR").TextType);

    [Fact]
    public void Tags_that_text_cannot_tell_stay_absent_or_as_they_were()
    {
        var tags = new CreativeTags { Brightness = 0.5, TextType = "price" };
        TextTags.Fill(["A plain statement"], tags);

        var expected = new CreativeTags { Brightness = 0.5, Text = true, TextLength = 17, TextType = "statement", TextKeyWords = { "plain", "statement" } };
        Assert.Equal(expected, tags);
    }

    [Fact]
    public void Filling_again_replaces_what_text_told_before()
    {
        var tags = Fill("Shop now and save");
        TextTags.Fill([], tags);
        Assert.Equal(new CreativeTags { Text = false, TextLength = 0 }, tags);
    }

    private static CreativeTags Fill(params string[] texts)
    {
        var tags = new CreativeTags();
        TextTags.Fill(texts, tags);
        return tags;
    }
}
