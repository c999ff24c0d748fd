using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class RecentRowsTests
{
    private const int Remembered = 65_536;

    [Fact]
    public void The_newest_come_first_and_the_oldest_are_forgotten()
    {
        RecentRows recent = new();
        Assert.Empty(recent.Newest(5));
        recent.Add(7);
        recent.Add(8);
        Assert.Equal([8, 7], recent.Newest(5));

        for (int row = 0; row < Remembered; row++)
            recent.Add(row);

        Assert.Equal([Remembered - 1, Remembered - 2], recent.Newest(2));
        Assert.Equal(Enumerable.Range(0, Remembered).Reverse(), recent.Newest(int.MaxValue));
    }

    [Fact]
    public void All_are_after_the_mark_when_as_many_as_are_remembered_came_since()
    {
        RecentRows recent = new();
        recent.Add(1);
        recent.Mark();
        for (int row = 1; row < Remembered; row++)
            recent.Add(row);
        Assert.False(recent.AreAllAfterMark);
        recent.Add(1);
        Assert.True(recent.AreAllAfterMark);
    }
}
