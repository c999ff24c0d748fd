using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>MovieLens (ml-latest-small and the like): a film is a creative, a rating an event with the action <c>rating</c>.</summary>
/// <remarks>
/// IDs are <c>movie-1</c> and <c>user-1</c>, a rating's event ID is <c>user-movie-seconds</c>. Events are ordered by time stamp, equal
/// ones as in the file; creatives are one millisecond older than the first event. Sorting holds 40 bytes per rating in memory.
/// Source: Harper and Konstan 2015, https://grouplens.org/datasets/movielens/.
/// </remarks>
public sealed class MovieLensDataSet : IDataSet
{
    internal const string Layout = "MovieLens (movies.csv with movieId,title,genres and ratings.csv with userId,movieId,rating,timestamp)";

    /// <summary>Role of the text that holds a film's genres.</summary>
    internal const string GenresRole = "genres";

    private static readonly string[] MovieColumns = ["movieId", "title", "genres"];
    private static readonly string[] RatingColumns = ["userId", "movieId", "rating", "timestamp"];

    private readonly string _movies;
    private readonly string _ratings;
    private readonly long _shiftMs;

    private MovieLensDataSet(string movies, string ratings, TimeSpan timeShift)
    {
        _movies = movies;
        _ratings = ratings;
        _shiftMs = (long)timeShift.TotalMilliseconds;
    }

    /// <inheritdoc/>
    public string Name => "MovieLens";

    /// <summary>The data set, or null where the directory does not hold its files.</summary>
    internal static MovieLensDataSet? TryOpen(string directory, TimeSpan timeShift)
    {
        string movies = Path.Combine(directory, "movies.csv");
        string ratings = Path.Combine(directory, "ratings.csv");
        return File.Exists(movies) && File.Exists(ratings)
            && CsvTable.HasColumns(movies, MovieColumns) && CsvTable.HasColumns(ratings, RatingColumns)
            ? new MovieLensDataSet(movies, ratings, timeShift)
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<WorkloadRecord> Read()
    {
        List<Rating> ratings = [.. ReadRatings()];
        ratings.Sort(static (a, b) => (a.UnixSeconds, a.Row).CompareTo((b.UnixSeconds, b.Row)));
        long firstMs = ratings.Count > 0 ? ToMilliseconds(ratings[0].UnixSeconds) : 0;

        long index = 0;
        foreach (Creative movie in ReadMovies(firstMs - 1))
            yield return WorkloadRecord.Of(index++, movie);
        foreach (Rating rating in ratings)
            yield return WorkloadRecord.Of(index++, ToEvent(rating));
    }

    private IEnumerable<Creative> ReadMovies(long eventTimeMs)
    {
        using var table = new CsvTable(_movies, MovieColumns);
        while (table.Read())
        {
            string[] genres = Genres(table.Text(2));
            var movie = new Creative
            {
                CreativeId = $"movie-{table.Int64(0)}",
                Category = genres.Length > 0 ? genres[0] : "",
                EventTimeMs = eventTimeMs,
            };
            movie.Texts.Add(new CreativeText { Role = "title", Text = table.Text(1), Language = "en" });
            if (genres.Length > 0)
                movie.Texts.Add(new CreativeText { Role = GenresRole, Text = string.Join(' ', genres), Language = "en" });
            yield return movie;
        }
    }

    private IEnumerable<Rating> ReadRatings()
    {
        using var table = new CsvTable(_ratings, RatingColumns);
        for (int row = 0; table.Read(); row++)
            yield return new Rating(table.Int64(0), table.Int64(1), table.Number(2), table.UnixSeconds(3), row);
    }

    private UserEvent ToEvent(Rating rating) => new()
    {
        EventId = $"{rating.User}-{rating.Movie}-{rating.UnixSeconds}",
        UserId = $"user-{rating.User}",
        CreativeId = $"movie-{rating.Movie}",
        Action = "rating",
        Value = rating.Stars,
        EventTimeMs = ToMilliseconds(rating.UnixSeconds),
    };

    private long ToMilliseconds(long unixSeconds) => (unixSeconds * 1000) + _shiftMs;

    private static string[] Genres(string cell) => cell == "(no genres listed)" ? [] : cell.Split('|', StringSplitOptions.RemoveEmptyEntries);

    private readonly record struct Rating(long User, long Movie, double Stars, long UnixSeconds, int Row);
}
