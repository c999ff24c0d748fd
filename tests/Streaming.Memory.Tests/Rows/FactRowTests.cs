using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Rows;

public sealed class FactRowTests
{
    private const int Facts = 50_000;
    private readonly ManualTime _time = new(1);

    [Theory]
    [InlineData(2)]
    [InlineData(1_024)]
    public void A_fact_costs_its_head_and_its_place_in_the_index_whatever_the_vectors_are(int dimension)
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = dimension, PageRows = 1_024 }, _time);
        memory.Upsert("vector", Enumerable.Repeat(1f, dimension).ToArray(), null, new(1, "s", 0));
        memory.Publish();
        long before = memory.SizeBytes;

        for (int i = 0; i < Facts; i++)
            memory.Upsert($"fact-{i}", [], null, new(1, "s", i));
        memory.Publish();

        // 56 bytes of head; the index of ids is between three eighths and three quarters full of 4 bytes.
        Assert.InRange((double)(memory.SizeBytes - before) / Facts, 56, 56 + 11);
    }

    [Fact]
    public void Pages_of_facts_and_of_vectors_take_each_others_places_and_every_row_keeps_what_was_written()
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = 3, Metric = Metric.Dot, PageRows = 4 }, _time);
        for (int round = 0; round < 6; round++)
        {
            // What was a fact becomes a vector and the other way round, with deletes between so that whole pages empty.
            for (int i = 0; i < 200; i++)
                memory.Upsert($"id-{i}", (i + round) % 2 == 0 ? [i, round, 1] : [], null, new(2 * round, "s", i));
            memory.Publish();
            using (var now = memory.Snapshot())
            {
                for (int i = 0; i < 200; i++)
                {
                    Assert.True(now.TryGet($"id-{i}", out var entry));
                    Assert.Equal((i + round) % 2 == 0 ? [i, round, 1] : [], entry.Vector.ToArray());
                }
                Assert.Equal(100, now.Search([1, 1, 1], 200, new() { Exact = true }).Neighbours.Count);
            }
            for (int i = 0; i < 200; i++)
                memory.Delete($"id-{i}", new(2 * round + 1, "s", i));
            for (int i = 0; i < 10; i++)
                memory.Publish();
            Assert.Equal(0, memory.StoredRows);
        }
    }
}
