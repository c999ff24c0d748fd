using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Events;
using Streaming.Core.Tests.Validation;
using Streaming.Core.Validation;

namespace Streaming.Core.Tests.Creatives;

public sealed class CreativeRulesTests
{
    private static readonly CreativeRules Rules = new(EventTimeRange.Default);

    public static TheoryData<Action<Creative>, string, string, string> Broken => new()
    {
        { c => c.CreativeId = "", "creative_id", "", "must be present" },
        { c => c.CreativeId = new string('c', 257), "creative_id", "ccc", "at most 256 bytes" },
        { c => c.CreativeId = "other", "creative_id", "other", "must equal the record key 'c1'" },
        { c => c.AdvertiserId = new string('a', 257), "advertiser_id", "aaa", "at most 256 bytes" },
        { c => c.AppId = new string('a', 257), "app_id", "aaa", "at most 256 bytes" },
        { c => c.CampaignId = new string('a', 257), "campaign_id", "aaa", "at most 256 bytes" },
        { c => c.Category = new string('a', 257), "category", "aaa", "at most 256 bytes" },
        { c => AddTexts(c, 64), "texts", "65 texts", "at most 64 texts" },
        { c => c.Texts.Add(new CreativeText { Text = new string('t', CreativeRules.MaxTextBytes) }), "texts[1].text", "ttt", "at most 65536 bytes" },
        { c => AddMedia(c, 65), "media", "65 media", "at most 64 media" },
        { c => c.Media.Add(new CreativeMedia { MimeType = "image/png" }), "media[0].data", "", "needs data or a uri" },
        { c => c.Media.Add(new CreativeMedia { Uri = "https://a/b", FrameTimeMs = -1 }), "media[0].frame_time_ms", "-1", "at least 0" },
        { c => c.Media.Add(new CreativeMedia { Uri = "https://a/b", DurationMs = -1 }), "media[0].duration_ms", "-1", "0 (unknown) to 86400000" },
        { c => c.Media.Add(new CreativeMedia { Uri = "https://a/b", MimeType = new string('m', 257) }), "media[0].mime_type", "mmm", "at most 256 bytes" },
        { c => c.Texts.Clear(), "texts", "", "needs a text or a medium" },
        { c => c.ValidFromMs = -1, "valid_from_ms", "-1", "0 for always" },
        { c => c.ValidUntilMs = -1, "valid_until_ms", "-1", "0 for ever" },
        { c => (c.ValidFromMs, c.ValidUntilMs) = (10, 10), "valid_until_ms", "10", "must be after valid_from_ms = 10" },
        { c => c.EventTimeMs = 5, "event_time_ms", "5 (1970", "from 1990-01-01 on" },
        { c => c.EventTimeMs = ViolationAssert.NowMs * 2, "event_time_ms", "3534451200000 (2082", "24 h ahead" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_names_field_and_value(Action<Creative> spoil, string field, string value, string rule) =>
        ViolationAssert.Names(Check(spoil), field, value, rule);

    [Fact]
    public void A_creative_at_the_bounds_is_good() => Assert.Null(Check(c =>
    {
        c.Texts[0].Text = new string('t', CreativeRules.MaxTextBytes);
        AddMedia(c, 64);
        (c.ValidFromMs, c.ValidUntilMs) = (10, 11);
    }));

    [Fact]
    public void A_medium_without_a_text_is_enough() => Assert.Null(Check(c =>
    {
        c.Texts.Clear();
        AddMedia(c, 1);
    }));

    [Fact]
    public void The_title_is_the_first_text_of_that_role_else_the_first_text()
    {
        Assert.Equal("", new Creative().Title());
        Assert.Equal("first", new Creative { Texts = { Text("body", "first"), Text("body", "second") } }.Title());
        Assert.Equal("title", new Creative { Texts = { Text("body", "first"), Text("title", "title"), Text("title", "other") } }.Title());
    }

    private static CreativeText Text(string role, string text) => new() { Role = role, Text = text };

    private static Violation? Check(Action<Creative> change)
    {
        var creative = new Creative { CreativeId = "c1", EventTimeMs = ViolationAssert.NowMs, Texts = { Text("title", "t") } };
        change(creative);
        return Rules.Check(creative, "c1", ViolationAssert.Now);
    }

    private static void AddTexts(Creative creative, int count)
    {
        for (var i = 0; i < count; i++)
            creative.Texts.Add(Text("body", "t"));
    }

    private static void AddMedia(Creative creative, int count)
    {
        for (var i = 0; i < count; i++)
            creative.Media.Add(new CreativeMedia { MimeType = "image/png", Uri = "https://example.com/1.png" });
    }
}
