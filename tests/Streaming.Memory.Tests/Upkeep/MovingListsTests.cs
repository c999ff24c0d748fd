using Streaming.Memory.Lists;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class MovingListsTests
{
    private readonly ManualTime _time = new(1);

    [Fact]
    public void A_search_that_began_before_the_entries_moved_goes_on_to_where_they_are()
    {
        VectorNamespace memory = new(
            new() { Name = "n", Dimension = 2, Metric = Metric.Dot, TrainAt = 32 }, _time, train => Task.FromResult(train()));
        for (int i = 0; i < 100; i++)
            memory.Upsert($"id-{i}", [i, 1], null, new(1, "s", i));
        memory.Publish();
        memory.Publish();
        Partition begun = memory.ListStore.Next(null)!;
        Assert.Equal(100, Entries(begun));
        Assert.Null(memory.ListStore.Next(begun));

        memory.Retrain();
        for (int i = 0; i < 5; i++)
            memory.Publish();

        Assert.Equal(0, Entries(begun));
        Partition next = memory.ListStore.Next(begun)!;
        Assert.Equal(100, Entries(next));
        Assert.Null(memory.ListStore.Next(next));
    }

    private static int Entries(Partition partition) => partition.Lists.Sum(list => list.Chunks.Sum(chunk => chunk.Count));
}
