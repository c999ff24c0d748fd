using System.Globalization;
using System.Text;
using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Validation;

namespace Streaming.Core.Creatives;

/// <summary>What a <see cref="Creative"/> must satisfy to be understood. Immutable; safe for any thread.</summary>
/// <param name="times">Event times that are believed.</param>
public sealed class CreativeRules(EventTimeRange times)
{
    /// <summary>All texts of one creative together.</summary>
    public const int MaxTextBytes = 64 * 1024;

    private const int MaxTexts = 64;
    private const int MaxMedia = 64;
    private const long MaxDurationMs = 24 * 3600 * 1000L;

    /// <summary>The first broken rule, or null.</summary>
    public Violation? Check(Creative creative, string? key, DateTimeOffset now) =>
        FieldRules.Id("creative_id", creative.CreativeId)
        ?? FieldRules.Key("creative_id", creative.CreativeId, key)
        ?? FieldRules.Length("advertiser_id", creative.AdvertiserId, 256)
        ?? FieldRules.Length("app_id", creative.AppId, 256)
        ?? FieldRules.Length("campaign_id", creative.CampaignId, 256)
        ?? FieldRules.Length("category", creative.Category, 256)
        ?? CheckTexts(creative)
        ?? CheckMedia(creative)
        ?? CheckValidity(creative)
        ?? times.Check("event_time_ms", creative.EventTimeMs, now);

    private static Violation? CheckTexts(Creative creative)
    {
        if (creative.Texts.Count > MaxTexts)
            return new("texts", $"{creative.Texts.Count} texts", $"must have at most {MaxTexts} texts");
        long bytes = 0;
        for (var i = 0; i < creative.Texts.Count; i++)
        {
            bytes += Encoding.UTF8.GetByteCount(creative.Texts[i].Text);
            if (bytes > MaxTextBytes)
                return new($"texts[{i}].text", creative.Texts[i].Text, $"all texts together must have at most {MaxTextBytes} bytes");
        }
        return null;
    }

    private static Violation? CheckMedia(Creative creative)
    {
        if (creative.Media.Count > MaxMedia)
            return new("media", $"{creative.Media.Count} media", $"must have at most {MaxMedia} media");
        for (var i = 0; i < creative.Media.Count; i++)
        {
            if (CheckMedium(creative.Media[i], $"media[{i}]") is { } violation)
                return violation;
        }
        return creative.Texts.Count == 0 && creative.Media.Count == 0
            ? new("texts", "", "a creative needs a text or a medium")
            : null;
    }

    private static Violation? CheckMedium(CreativeMedia medium, string field)
    {
        if (medium.ContentCase == CreativeMedia.ContentOneofCase.None)
            return new($"{field}.data", "", "a medium needs data or a uri");
        if (medium.FrameTimeMs < 0)
            return new($"{field}.frame_time_ms", medium.FrameTimeMs, "must be at least 0");
        return medium.DurationMs is < 0 or > MaxDurationMs
            ? new($"{field}.duration_ms", medium.DurationMs, $"must be 0 (unknown) to {MaxDurationMs}")
            : FieldRules.Length($"{field}.mime_type", medium.MimeType, 256);
    }

    private static Violation? CheckValidity(Creative creative)
    {
        if (creative.ValidFromMs < 0)
            return new("valid_from_ms", creative.ValidFromMs, "must be Unix milliseconds, or 0 for always");
        if (creative.ValidUntilMs < 0)
            return new("valid_until_ms", creative.ValidUntilMs, "must be Unix milliseconds, or 0 for ever");
        return creative.ValidUntilMs != 0 && creative.ValidUntilMs <= creative.ValidFromMs
            ? new("valid_until_ms", creative.ValidUntilMs, string.Create(CultureInfo.InvariantCulture, $"must be after valid_from_ms = {creative.ValidFromMs}"))
            : null;
    }
}
