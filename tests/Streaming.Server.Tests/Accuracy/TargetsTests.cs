using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class TargetsTests
{
    private static readonly SequenceLog Log = SmallLog.Of(
        4, (1, 1, 1_000_000_010), (1, 2, 1_000_000_020), (1, 3, 1_000_000_030), (2, 1, 1_000_000_015), (2, 2, 1_000_000_040), (3, 4, 1_000_000_030), (3, 1, 1_000_000_030), (3, 2, 1_000_000_050));

    [Fact]
    public void Leave_one_out_takes_the_last_event_of_users_with_three_or_more() =>
        Assert.Equal(["movie-3", "movie-2"], Targets.LeaveOneOut(Log).Select(ItemOf));

    [Fact]
    public void A_split_in_time_takes_every_event_from_the_cut_on_but_a_user_s_first()
    {
        var targets = Targets.From(Log, 1_000_000_030);
        Assert.Equal(["movie-3", "movie-2", "movie-1", "movie-2"], targets.Select(ItemOf));
        Assert.Equal(4, Targets.From(Log, 1_000_000_030).Count);
        Assert.Equal(5, Targets.From(Log, 0).Count);
        Assert.Empty(Targets.From(Log, 1_000_000_051));
    }

    private static string ItemOf(Target target) => Log.Creatives[Log.Items[target.Event]].CreativeId;
}
