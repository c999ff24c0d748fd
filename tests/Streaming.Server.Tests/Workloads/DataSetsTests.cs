using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class DataSetsTests
{
    [Fact]
    public void A_directory_without_a_known_layout_lists_what_was_looked_for()
    {
        using var directory = new TemporaryDataSet().With("movies.csv", "id,name").With("ratings.csv", "userId,movieId,rating,timestamp");
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path));
        Assert.Contains(directory.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("movies.csv with movieId,title,genres", error.Message, StringComparison.Ordinal);
        Assert.Contains("*.item.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("Beauty.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        var error = Assert.Throws<DataSetException>(() => DataSets.Open("no-such-directory"));
        Assert.Contains("no-such-directory", error.Message, StringComparison.Ordinal);
    }
}
