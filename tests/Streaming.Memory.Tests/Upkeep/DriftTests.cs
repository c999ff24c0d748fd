using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class DriftTests
{
    private const int Entries = 20_000;
    private const int Dimension = 16;
    private readonly ManualTime _time = new(1);

    [Fact]
    public void Content_that_moves_elsewhere_gets_lists_of_its_own()
    {
        var memory = Make();
        Write(memory, seed: 1, generation: 1);
        Assert.InRange(memory.Drift, 0.8, 1.1);

        Write(memory, seed: 2, generation: 2);
        Write(memory, seed: 2, generation: 3);

        Assert.InRange(memory.Drift, 0.8, 1.1);
        var fresh = Make();
        Write(fresh, seed: 2, generation: 3);
        Assert.InRange(Recall(memory, seed: 2), Recall(fresh, seed: 2) - 0.1, 1);
    }

    [Fact]
    public void The_same_content_again_is_no_drift()
    {
        int trainings = 0;
        var memory = Make(() => trainings++);
        Write(memory, seed: 1, generation: 1);
        int before = trainings;

        Write(memory, seed: 1, generation: 2);
        Write(memory, seed: 1, generation: 3);

        Assert.Equal(before, trainings);
    }

    [Fact]
    public void Searches_look_at_more_until_the_lists_fit_again()
    {
        Queue<Func<Trained>> waiting = [];
        List<TaskCompletionSource<Trained>> trainings = [];
        VectorNamespace memory = new(Options, _time, train =>
        {
            waiting.Enqueue(train);
            trainings.Add(new());
            return trainings[^1].Task;
        });
        Fill(memory, seed: 1, generation: 1);
        while (waiting.Count > 0)
            Train();
        long calm = Looked();

        Fill(memory, seed: 2, generation: 2);
        Assert.Single(waiting);
        long drifted = Looked();
        while (waiting.Count > 0)
            Train();

        Assert.Equal(3, drifted / calm);
        Assert.Equal(calm, Looked());
        var fresh = Make();
        Write(fresh, seed: 2, generation: 3);
        Assert.InRange(Recall(memory, seed: 2), Recall(fresh, seed: 2) - 0.1, 1);

        long Looked() => memory.Search(Point(2, new Random(5)), 10).Work.Candidates;

        void Train()
        {
            trainings[^1].SetResult(waiting.Dequeue()());
            for (int i = 0; i < 40; i++)
                memory.Publish();
        }
    }

    private static NamespaceOptions Options => new() { Name = "n", Dimension = Dimension, Metric = Metric.Cosine, SearchLists = 4, EntriesPerList = 128 };

    private VectorNamespace Make(Action? trained = null) => new(
        Options,
        _time,
        train =>
        {
            trained?.Invoke();
            return Task.FromResult(train());
        });

    private static void Write(VectorNamespace memory, int seed, int generation)
    {
        Fill(memory, seed, generation);
        for (int i = 0; i < 40; i++)
            memory.Publish();
        Assert.False(memory.IsMoving);
    }

    private static void Fill(VectorNamespace memory, int seed, int generation)
    {
        Random random = new(generation);
        for (int i = 0; i < Entries; i++)
        {
            memory.Upsert($"id-{i}", Point(seed, random), null, new(generation, "s", i));
            if (i % 500 == 499)
                memory.Publish();
        }
    }

    private static double Recall(VectorNamespace memory, int seed)
    {
        Random random = new(99);
        int hits = 0;
        for (int q = 0; q < 100; q++)
        {
            float[] query = Point(seed, random);
            var truth = memory.Search(query, 10, new() { Exact = true }).Neighbours.Select(n => n.Id).ToHashSet();
            hits += memory.Search(query, 10).Neighbours.Count(n => truth.Contains(n.Id));
        }
        return hits / 1_000.0;
    }

    // One of 40 clusters whose centres the seed gives.
    private static float[] Point(int seed, Random random)
    {
        Random centre = new(seed * 1_000 + random.Next(40));
        return [.. Enumerable.Range(0, Dimension).Select(_ => (float)(centre.NextDouble() - 0.5) + 0.2f * (random.NextSingle() - 0.5f))];
    }
}
