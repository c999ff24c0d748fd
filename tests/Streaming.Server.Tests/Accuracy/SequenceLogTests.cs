using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class SequenceLogTests
{
    [Fact]
    public void The_events_of_a_user_lie_together_in_the_order_of_arrival()
    {
        var log = SmallLog.Of(3, (7, 1, 1_000_000_000), (8, 2, 1_000_000_001), (7, 3, 1_000_000_002), (7, 2, 1_000_000_002), (8, 1, 1_000_000_003));
        Assert.Equal((2, 5), (log.UserCount, log.EventCount));
        Assert.Equal((0, 3, 3, 5), (log.Start(0), log.End(0), log.Start(1), log.End(1)));
        Assert.Equal([0, 2, 1, 1, 0], log.Items.ToArray());
        Assert.Equal([1_000_000_000, 1_000_000_002, 1_000_000_002, 1_000_000_001, 1_000_000_003], log.Times.ToArray());
        Assert.Equal(["rating"], log.ActionNames);
        Assert.Equal(["movie-1", "movie-2", "movie-3"], log.Creatives.Select(c => c.CreativeId));
    }
}
