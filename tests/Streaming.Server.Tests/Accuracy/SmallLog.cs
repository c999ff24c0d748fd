using System.Globalization;
using Streaming.Server.Accuracy;
using Streaming.Server.Tests.Workloads;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Accuracy;

/// <summary>A log from a few ratings.</summary>
internal static class SmallLog
{
    /// <summary>Films 1 to <paramref name="films"/> are the items 0, 1, …</summary>
    public static SequenceLog Of(int films, params (int User, int Film, long Seconds)[] ratings)
    {
        using var directory = new TemporaryDataSet()
            .With("movies.csv", ["movieId,title,genres", .. Enumerable.Range(1, films).Select(f => Line($"{f},Film {f} (2000),Drama"))])
            .With("ratings.csv", ["userId,movieId,rating,timestamp", .. ratings.Select(r => Line($"{r.User},{r.Film},4.0,{r.Seconds}"))]);
        return SequenceLog.Read(DataSets.Open(directory.Path));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
