using System.Globalization;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>A snapshot that was captured while entries move to other lists, because content moved: a start goes on from there.</summary>
public sealed class SnapshotWhileMovingTests
{
    private const int Entries = 20_000;
    private const int PerPublish = 500;
    private static readonly SearchOptions Everything = new() { Lists = int.MaxValue, Candidates = int.MaxValue };
    private static readonly NamespaceOptions Options = new() { Name = "moving", Dimension = 8, Metric = Metric.Cosine, SearchLists = 4, EntriesPerList = 128 };

    private readonly ManualTime _time = new(1);
    private readonly Random _random = new(3);
    private int _offset;

    [Fact]
    public void A_restored_namespace_goes_on_moving_training_and_writing()
    {
        int trainings = 0;
        VectorNamespace memory = new(Options, _time, Train);
        Write(memory, Entries, centre: 1, () => false);
        Write(memory, Entries, centre: -1, () => memory.IsMoving && memory.ListStore.Current.IsRough);
        Assert.True(memory.IsMoving && memory.ListStore.Current.IsRough);

        using var captured = memory.Capture("c", []);
        using SnapshotFile file = new(captured);
        var restored = VectorNamespace.Restore(Options, _time, file.Path, Train).Namespace;
        restored.Publish();
        Assert.Equal(memory.ListStore.Partitions.Select(p => p.IsRough), restored.ListStore.Partitions.Select(p => p.IsRough));
        AssertSame(memory, restored);

        trainings = 0;
        for (int i = 0; i < 100; i++)
            restored.Publish();
        Assert.Equal((1, false, false), (trainings, restored.IsMoving, restored.ListStore.Current.IsRough));
        AssertSame(memory, restored);

        Write(restored, PerPublish, centre: -1, () => false);
        var nearest = restored.Search(Vector(-1, new Random(_offset - 1)), 10, Everything).Neighbours;
        Assert.Contains((_offset - 1, $"id-{PerPublish - 1}"), nearest.Select(n => ((int)n.EventTimeMs, n.Id)));

        Task<Trained> Train(Func<Trained> train)
        {
            trainings++;
            return Task.FromResult(train());
        }
    }

    private void Write(VectorNamespace memory, int entries, int centre, Func<bool> isEnough)
    {
        for (int i = 0; i < entries && !isEnough(); i++)
        {
            memory.Upsert(string.Create(CultureInfo.InvariantCulture, $"id-{i}"), Vector(centre, new Random(_offset)), null, new(_offset, "t-0", _offset));
            _offset++;
            if (i % PerPublish == PerPublish - 1)
                memory.Publish();
        }
    }

    private void AssertSame(VectorNamespace expected, VectorNamespace actual)
    {
        using MemorySnapshot then = expected.Snapshot(), now = actual.Snapshot();
        Assert.Equal(then.Count, now.Count);
        float[] query = Vector(-1, _random);
        Assert.Equal(then.Search(query, Entries, Everything).Neighbours.Select(n => (n.Id, n.Score)), now.Search(query, Entries, Everything).Neighbours.Select(n => (n.Id, n.Score)));
    }

    private static float[] Vector(int centre, Random random) => [.. Enumerable.Range(0, Options.Dimension).Select(d => centre * (d + 1) + 4 * (random.NextSingle() - 0.5f))];
}
