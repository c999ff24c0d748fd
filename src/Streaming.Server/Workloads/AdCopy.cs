using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>Writes creatives: brand, product, benefit and offer of a vertical put into ad copy.</summary>
/// <remarks>The creative of a number depends on the seed and the number alone, so it can be written when it is needed, and again.</remarks>
internal sealed class AdCopy(int seed)
{
    private const long DayMs = 86_400_000;

    /// <summary>The creative's vertical and how well its ad works: a factor on its click rate, around 1.</summary>
    public (int Vertical, double Quality) Facts(int number)
    {
        Random random = RandomOf(number);
        return (random.Next(AdVertical.All.Length), random.NextLogUniform(0.4, 2.5));
    }

    /// <summary>The creative, made at <paramref name="eventTimeMs"/> (Unix milliseconds).</summary>
    public Creative Write(int number, long eventTimeMs)
    {
        Random random = RandomOf(number);
        AdVertical vertical = AdVertical.All[random.Next(AdVertical.All.Length)];
        int brand = random.Next(vertical.Brands.Length);
        int product = random.Next(vertical.Products.Length);
        string benefit = random.NextOf(vertical.Benefits);
        string offer = random.NextOf(vertical.Offers);
        string name = $"{vertical.Brands[brand]} {vertical.Products[product]}";

        var creative = new Creative
        {
            CreativeId = Id(number),
            AdvertiserId = $"{vertical.Name}-{brand}",
            AppId = vertical.IsApp ? $"{vertical.Name}-{brand}-app" : "",
            CampaignId = $"{vertical.Name}-{brand}-{product}",
            Category = vertical.Name,
            EventTimeMs = eventTimeMs,
            ValidUntilMs = eventTimeMs + (random.Next(14, 61) * DayMs),
        };
        Add(creative, "title", Title(random.Next(6), name, Capital(benefit), offer));
        Add(creative, "description", $"Want to {benefit}? The {vertical.Products[product]} from {vertical.Brands[brand]} is made for you. {offer}.");
        Add(creative, "call_to_action", vertical.IsApp ? "Install now" : "Shop now");
        return creative;
    }

    /// <summary>A creative with 100 KiB of text: more than the contract allows.</summary>
    public Creative WriteOversized(int number, string creativeId, long eventTimeMs)
    {
        Creative creative = Write(number, eventTimeMs);
        string sentence = creative.Texts[1].Text + " ";
        creative.CreativeId = creativeId;
        creative.Texts[1].Text = string.Concat(Enumerable.Repeat(sentence, (100 * 1024 / sentence.Length) + 1));
        return creative;
    }

    public static string Id(int number) => $"creative-{number:D6}";

    // Numbers next to each other must give unlike generators, so they are spread over all 32 bits first (Knuth's multiplicative hash).
    private Random RandomOf(int number) => new(unchecked(seed ^ (int)((uint)(number + 1) * 2_654_435_769u)));

    private static string Title(int template, string name, string benefit, string offer) => template switch
    {
        0 => $"{name}: {benefit}",
        1 => $"{benefit} with {name}",
        2 => $"{offer}: {name}",
        3 => $"{benefit}. {offer}",
        4 => $"{name}. {benefit}. {offer}",
        _ => $"{name} – {offer}. {benefit}",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static void Add(Creative creative, string role, string text) =>
        creative.Texts.Add(new CreativeText { Role = role, Text = text, Language = "en" });
}
