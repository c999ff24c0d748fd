using System.Globalization;

namespace Streaming.Server.Workloads;

/// <summary>A user's visit: impressions one after another, each of which may lead down the funnel before the next.</summary>
/// <remarks>
/// <code>
///              ┌──────────────────────────────────────────┐
/// (start) ─► impression ─► click ─► install ─► purchase ──┤
///              │              └────────────────►(no app)  │
///              └──────────────────────────────────────────┴─► next impression, or the end of the visit
/// </code>
/// After each funnel the visit ends with probability 1/12, so it has 12 impressions in the mean. Clicks get rarer with the position in the visit.
/// </remarks>
internal sealed class AdSession
{
    public const double MeanImpressions = 12;

    private const double ClickRate = 0.06;
    private const double InstallRate = 0.25;
    private const double AppPurchaseRate = 0.3;
    private const double ShopPurchaseRate = 0.12;

    private static readonly string[] Scenes = ["feed", "feed", "feed", "search", "video", "story"];
    private static readonly string[] Devices = ["android", "android", "ios", "web"];

    private double _quality;

    public AdSession(int user, long number, Random random)
    {
        User = user;
        UserId = string.Create(CultureInfo.InvariantCulture, $"user-{user:D6}");
        Id = string.Create(CultureInfo.InvariantCulture, $"session-{number}");
        HomeScene = random.NextOf(Scenes);
        Device = random.NextOf(Devices);
    }

    public int User { get; }

    public string UserId { get; }

    public string Id { get; }

    public string Device { get; }

    public string HomeScene { get; }

    /// <summary>Impressions so far, the present one included.</summary>
    public int Position { get; private set; }

    public AdAction Action { get; private set; }

    public int Vertical { get; private set; }

    public string CreativeId { get; private set; } = "";

    /// <summary>The first impression of a visit is on the splash screen of the app, in apps.</summary>
    public string Scene => Position == 1 && Device != "web" ? "splash" : HomeScene;

    /// <summary>Moves to the visit's next event; false when the visit is over.</summary>
    public bool Advance(AdAudience audience, AdCatalog catalog, Random random)
    {
        if (Position > 0 && GoesOn(audience, random) is { } deeper)
            Action = deeper;
        else if (Position == 0 || !random.NextChance(1 / MeanImpressions))
            Show(audience, catalog, random);
        else
            return false;
        return true;
    }

    private void Show(AdAudience audience, AdCatalog catalog, Random random)
    {
        (Vertical, int number, _quality) = catalog.Draw(audience.DrawVertical(User), random.NextDouble());
        CreativeId = AdCopy.Id(number);
        Action = AdAction.Impression;
        Position++;
    }

    private AdAction? GoesOn(AdAudience audience, Random random)
    {
        bool isApp = AdVertical.All[Vertical].IsApp;
        (double rate, AdAction next) = Action switch
        {
            AdAction.Impression => (ClickRateNow(audience), AdAction.Click),
            AdAction.Click => isApp ? (InstallRate, AdAction.Install) : (ShopPurchaseRate, AdAction.Purchase),
            AdAction.Install => (AppPurchaseRate, AdAction.Purchase),
            _ => (0, AdAction.Purchase),
        };
        return random.NextChance(rate) ? next : null;
    }

    private double ClickRateNow(AdAudience audience) =>
        Math.Min(0.5, ClickRate * _quality * (0.5 + (2 * audience.Interest(User, Vertical))) / (1 + (0.05 * Position)));
}
