namespace Streaming.Server.Tests.Replay;

public sealed class ReplayTests
{
    [Fact]
    public async Task The_digest_tells_two_data_sets_apart()
    {
        var (first, second) = (await SmallDataSet.First.ReferenceAsync(), await SmallDataSet.Second.ReferenceAsync());
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Equal(SmallDataSet.Ratings, first.UserFeatures);
        Assert.Equal(SmallDataSet.Ratings, second.UserFeatures);
    }

    [Fact]
    public async Task The_digest_tells_one_rating_apart()
    {
        using var folder = new TestDirectory();
        foreach (var file in Directory.EnumerateFiles(SmallDataSet.First.Folder))
            File.Copy(file, folder.PathOf(Path.GetFileName(file)));
        var ratings = File.ReadAllLines(folder.PathOf("ratings.csv"));
        // The user's first rating moves by one second: only the model's embedding can show it, after all the user's later events.
        var oldest = Enumerable.Range(1, ratings.Length - 1).MinBy(i => ratings[i].Split(',')[3])!;
        var fields = ratings[oldest].Split(',');
        ratings[oldest] = $"{fields[0]},{fields[1]},{fields[2]},{long.Parse(fields[3], System.Globalization.CultureInfo.InvariantCulture) - 30_000_000}";
        File.WriteAllLines(folder.PathOf("ratings.csv"), ratings);

        Assert.NotEqual((await SmallDataSet.First.ReferenceAsync()).Digest, (await ReplaySummary.OfAsync(folder.Path)).Digest);
    }

    [Fact]
    public async Task A_replay_ends_with_one_summary_object_and_says_nothing_else_to_machines()
    {
        var result = (await SmallDataSet.First.ReplayedAsync()).Exited(0);
        ReplaySummary.AssertShape(Assert.Single(result.JsonLines));
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task State_of_an_embedded_cluster_that_is_gone_is_set_aside_by_the_next()
    {
        using var state = new TestDirectory();
        await ReplaySummary.OfAsync(SmallDataSet.First.Folder, "--state-dir", state.Path);

        var again = await ReplaySummary.OfAsync(SmallDataSet.First.Folder, "--state-dir", state.Path);

        Assert.Equal((await SmallDataSet.First.ReferenceAsync()).Digest, again.Digest);
        Assert.Contains("is set aside and rebuilt from the topic", again.Error, StringComparison.Ordinal);
    }
}
