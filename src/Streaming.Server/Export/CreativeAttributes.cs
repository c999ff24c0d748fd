using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Export;

/// <summary>A creative's discrete attributes, for models that learn a vector for each.</summary>
internal static class CreativeAttributes
{
    /// <summary>Category, advertiser, app and campaign as <c>field:value</c>, then the words of texts that are lists: genres and attributes.</summary>
    public static IEnumerable<string> Of(Creative creative)
    {
        (string Field, string Value)[] fields =
        [
            ("category", creative.Category), ("advertiser", creative.AdvertiserId), ("app", creative.AppId), ("campaign", creative.CampaignId),
        ];
        return fields.Where(f => f.Value.Length > 0).Select(f => $"{f.Field}:{f.Value}").Concat(
            creative.Texts.Where(t => t.Role is MovieLensDataSet.GenresRole or AmazonBeautyDataSet.AttributesRole)
                .SelectMany(t => t.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }
}
