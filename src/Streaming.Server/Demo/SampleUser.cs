using System.Globalization;
using System.Text;
using Streaming.Memory.Search;
using Streaming.Server.Composition;

namespace Streaming.Server.Demo;

/// <summary>One user as a ranking service meets them: what they did last, and which creatives lie nearest to their embedding.</summary>
internal sealed record SampleUser(string UserId, long HistoryLength, IReadOnlyList<string> History, IReadOnlyList<string> Nearest)
{
    private const int HistoryShown = 8;
    private const int NeighboursShown = 8;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"user {UserId}, {HistoryLength} events, newest first");
        foreach (var line in History)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line}");
        text.AppendLine("nearest creatives to the user's embedding");
        foreach (var line in Nearest)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line}");
        return text.ToString();
    }

    /// <summary>The user with the longest history, the first by id among equals; null when there is none.</summary>
    public static async Task<SampleUser?> TakeAsync(DemoSession session, CancellationToken cancellationToken)
    {
        var features = session.Tap.Users.Features.Select(f => f.Value).OrderByDescending(f => f.HistoryLength).ThenBy(f => f.UserId, StringComparer.Ordinal).FirstOrDefault();
        if (features is null)
            return null;
        var history = await UserHistories.NewestAsync(session.Platform, features.UserId, HistoryShown, cancellationToken) ?? [];
        var space = session.Platform.Namespaces.Values.First(n => n.Options.Dimension == features.Embedding.Count);
        var found = space.Search(features.Embedding.ToArray(), NeighboursShown);
        return new(
            features.UserId,
            features.HistoryLength,
            [.. history.Select(t => $"{t.Action,-10} {session.Tap.Creatives.Find(t.CreativeId)?.Title ?? t.CreativeId}")],
            [.. found.Neighbours.Select(Line)]);
    }

    private static string Line(Neighbour neighbour) =>
        string.Create(CultureInfo.InvariantCulture, $"{neighbour.Score:0.000}  {neighbour.Attributes.GetValueOrDefault("title")}  ({neighbour.Attributes.GetValueOrDefault("category")})");
}
