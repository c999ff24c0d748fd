using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class MovieLensDataSetTests
{
    private const string MovieHeader = "movieId,title,genres";
    private const string RatingHeader = "userId,movieId,rating,timestamp";

    [Fact]
    public void Films_come_first_then_ratings_by_time_and_equal_times_as_in_the_file()
    {
        using TemporaryDataSet directory = Write(
            ["7,\"American President, The (1995)\",Comedy|Drama|Romance", "9,Silent (2001),(no genres listed)"],
            ["2,9,1.5,1000000300", "2,7,4.0,1000000200", "1,7,3.0,1000000200", "1,9,5.0,1000000100"]);

        List<WorkloadRecord> records = [.. DataSets.Open(directory.Path).Read()];

        Assert.Equal(["movie-7", "movie-9", "user-1", "user-2", "user-1", "user-2"], records.Select(r => r.Key));
        Assert.Equal(["1-9-1000000100", "2-7-1000000200", "1-7-1000000200", "2-9-1000000300"], records.Skip(2).Select(r => r.Event!.EventId));
        Assert.Equal([0L, 1, 2, 3, 4, 5], records.Select(r => r.Index));
        Assert.Equal(
            new UserEvent { EventId = "1-9-1000000100", UserId = "user-1", CreativeId = "movie-9", Action = "rating", Value = 5, EventTimeMs = 1_000_000_100_000 },
            records[2].Event);
    }

    [Fact]
    public void A_film_has_title_genres_and_first_genre_and_is_older_than_every_rating()
    {
        using TemporaryDataSet directory = Write(
            ["7,\"American President, The (1995)\",Comedy|Drama|Romance", "9,Silent (2001),(no genres listed)"], ["1,9,5.0,1000000100"]);

        List<Creative> films = [.. DataSets.Open(directory.Path).Read().Where(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!)];

        Assert.Equal("Comedy", films[0].Category);
        Assert.Equal(["title: American President, The (1995)", "genres: Comedy Drama Romance"], films[0].Texts.Select(t => $"{t.Role}: {t.Text}"));
        Assert.Equal("", films[1].Category);
        Assert.Equal(["title: Silent (2001)"], films[1].Texts.Select(t => $"{t.Role}: {t.Text}"));
        Assert.All(films, film => Assert.Equal(1_000_000_099_999, film.EventTimeMs));
    }

    [Fact]
    public void A_time_shift_moves_every_time()
    {
        using TemporaryDataSet directory = Write(["9,Silent (2001),Drama"], ["1,9,5.0,1000000100"]);
        List<WorkloadRecord> records = [.. DataSets.Open(directory.Path, TimeSpan.FromSeconds(100)).Read()];
        Assert.Equal(1_000_000_199_999, records[0].Creative!.EventTimeMs);
        Assert.Equal(1_000_000_200_000, records[1].Event!.EventTimeMs);
    }

    [Theory]
    [InlineData("1,9,good,1000000100", "rating is 'good'")]
    [InlineData("1,9,NaN,1000000100", "rating is 'NaN'")]
    [InlineData("1,9,4.0,yesterday", "timestamp is 'yesterday'")]
    [InlineData("1,9,4.0,999999999999999", "timestamp is '999999999999999'")]
    [InlineData("one,9,4.0,1000000100", "userId is 'one'")]
    [InlineData("1,9,4.0", "the row is '1,9,4.0'")]
    public void A_malformed_rating_is_named_by_file_line_field_and_value(string row, string expected)
    {
        using TemporaryDataSet directory = Write(["9,Silent (2001),Drama"], ["1,9,5.0,1000000100", row]);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains($"ratings.csv, line 3: {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unclosed_quote_is_named_by_file_and_line()
    {
        using TemporaryDataSet directory = Write(["8,Fine (2000),Drama", "9,\"Silent (2001),Drama"], ["1,9,5.0,1000000100"]);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains("movies.csv, line 3", error.Message, StringComparison.Ordinal);
    }

    [RealDataFact("ml-latest-small")]
    public void The_published_files_give_all_films_ratings_and_users()
    {
        List<WorkloadRecord> records = [.. DataSets.Open(RealDataFactAttribute.PathOf("ml-latest-small")).Read()];
        List<UserEvent> events = [.. records.Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!)];

        Assert.Equal(9_742, records.TakeWhile(r => r.Kind == WorkloadKind.Creative).Count());
        Assert.Equal(100_836, events.Count);
        Assert.Equal(610, events.Select(e => e.UserId).Distinct().Count());
        Assert.Equal(100_836, events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(events.Select(e => e.EventTimeMs).Order(), events.Select(e => e.EventTimeMs));
        Assert.True(records[0].Creative!.EventTimeMs < events[0].EventTimeMs);
        Assert.Equal(Enumerable.Range(0, records.Count).Select(i => (long)i), records.Select(r => r.Index));
    }

    private static TemporaryDataSet Write(string[] movies, string[] ratings) =>
        new TemporaryDataSet().With("movies.csv", [MovieHeader, .. movies]).With("ratings.csv", [RatingHeader, .. ratings]);
}
