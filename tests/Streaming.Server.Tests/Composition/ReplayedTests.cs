using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Server.Composition;

namespace Streaming.Server.Tests.Composition;

public sealed class ReplayedTests
{
    private static readonly TopicPartition First = new("t", 0), Second = new("t", 1);
    private readonly Replayed _replayed = new();

    [Fact]
    public void A_partition_is_read_when_it_has_reached_the_end_that_it_came_with()
    {
        Assert.Empty(Of((First, 0, null)));
        Assert.Empty(Of((First, 0, 2)));
        Assert.Empty(Of((First, 1, 50)));
        Assert.Equal([First], Of((First, 2, 100)));
        Assert.Equal([First], Of((First, 3, 200)));
    }

    [Fact]
    public void An_empty_one_is_read_once_its_end_is_known() => Assert.Equal([Second], Of((First, 0, null), (Second, 0, 0)));

    [Fact]
    public void One_that_left_is_read_again_when_it_comes_back()
    {
        Assert.Equal([First], Of((First, 9, 9)));
        Assert.Empty(Of((Second, 0, 5)));
        Assert.Empty(Of((First, 0, 9)));
        Assert.Equal([First], Of((First, 9, 9)));
    }

    [Fact]
    public void One_that_left_and_came_back_between_two_looks_is_read_again_too()
    {
        Assert.Equal([First], Of((First, 9, 9)));
        Assert.Empty(Of((First, 4, 9)));
    }

    private IReadOnlyList<TopicPartition> Of(params (TopicPartition Partition, long Position, long? End)[] positions) =>
        _replayed.Of([.. positions.Select(p => new TaskPosition(p.Partition, p.Position, 0, p.End))]);
}
