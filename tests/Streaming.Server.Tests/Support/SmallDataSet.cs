using System.Globalization;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Support;

/// <summary>A small data set in MovieLens' layout, made from a seed: a replay of it takes two seconds instead of ten.</summary>
internal sealed class SmallDataSet
{
    public const int Films = 300;
    public const int Users = 80;
    public const int Ratings = 12_000;

    private static readonly string[] Words = ["night", "river", "glass", "empire", "garden", "signal", "last", "winter", "stone", "paper", "echo", "harbour"];
    private static readonly string[] Genres = ["Drama", "Comedy", "Thriller", "Romance", "Documentary", "Animation"];

    private readonly Lazy<Task<ProgramResult>> _replayed;

    private SmallDataSet(int seed)
    {
        Folder = Path.Combine(AppContext.BaseDirectory, "generated", $"data-set-{seed}");
        Directory.CreateDirectory(Folder);
        var random = new Random(seed);
        File.WriteAllLines(Path.Combine(Folder, "movies.csv"), ["movieId,title,genres", .. Enumerable.Range(1, Films).Select(f => Film(random, f))]);
        File.WriteAllLines(Path.Combine(Folder, "ratings.csv"), ["userId,movieId,rating,timestamp", .. Enumerable.Range(0, Ratings).Select(_ => Rating(random))]);
        _replayed = new(() => StreamingProgram.RunAsync("replay", Folder, "--json"));
    }

    /// <summary>The one that most tests use.</summary>
    public static SmallDataSet First { get; } = new(20_260_101);

    /// <summary>Another one of the same size, whose results are others.</summary>
    public static SmallDataSet Second { get; } = new(20_260_102);

    public string Folder { get; }

    /// <summary>An undisturbed replay on a fresh embedded cluster, as a user runs it; done once a run.</summary>
    public Task<ProgramResult> ReplayedAsync() => _replayed.Value;

    /// <summary>What that replay ends with.</summary>
    public async Task<ReplaySummary> ReferenceAsync() => ReplaySummary.From(await ReplayedAsync());

    /// <summary>Its records.</summary>
    public IEnumerable<WorkloadRecord> Read() => DataSets.Open(Folder).Read();

    private static string Film(Random random, int id) => string.Create(
        CultureInfo.InvariantCulture,
        $"{id},The {Word(random)} {Word(random)} of the {Word(random)} ({1950 + random.Next(70)}),{Genres[random.Next(Genres.Length)]}|{Genres[random.Next(Genres.Length)]}");

    // Whole minutes, so that some ratings of a user share their time.
    private static string Rating(Random random) => string.Create(
        CultureInfo.InvariantCulture,
        $"{1 + random.Next(Users)},{1 + random.Next(Films)},{0.5 * (1 + random.Next(10)):0.0},{1_500_000_000L + (60L * random.Next(200_000))}");

    private static string Word(Random random) => Words[random.Next(Words.Length)];
}
