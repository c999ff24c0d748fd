using Streaming.Memory.Rules;
using Streaming.Memory.Snapshots;

namespace Streaming.Memory.Tests.Snapshots;

/// <summary>A snapshot is written by one thread while the writer replaces, deletes, reclaims, trains and moves: it must hold its version and nothing else.</summary>
public sealed class SnapshotWhileWritingTests
{
    private const int Ids = 3_000;
    private const int Snapshots = 40;
    private const int WritesPerBatch = 500;
    private static readonly NamespaceOptions Options = new()
    {
        Name = "busy",
        Dimension = 4,
        Metric = Metric.L2,
        PageRows = 64,
        ChunkEntries = 32,
        TrainAt = 64,
        EntriesPerList = 32,
    };

    private readonly ManualTime _time = new(1);
    private readonly Random _random = new(7);
    private readonly Dictionary<string, (long Offset, int Generation)> _live = [];
    private long _offset;

    [Fact]
    public async Task Each_snapshot_holds_its_version_whole_whatever_the_writer_does_meanwhile()
    {
        VectorNamespace memory = new(Options, _time);
        using var folder = new TemporaryFolder();
        SnapshotFolder snapshots = new(folder.Path, kept: 1);
        int batchesMeanwhile = 0;
        for (int i = 0; i < Snapshots; i++)
        {
            Batch(memory);
            var expected = new Dictionary<string, (long Offset, int Generation)>(_live);
            using SnapshotCapture captured = memory.Capture("c", []);
            Task<FileInfo> writing = Task.Run(() => snapshots.Write(captured));
            // At least one batch, so that the writer is at it on any machine.
            do
            {
                if (batchesMeanwhile++ % 3 == 0)
                    memory.Retrain();
                Batch(memory);
            }
            while (!writing.IsCompleted);
            AssertHolds(expected, (await writing).FullName);
        }
        Assert.True(memory.Lists > 1);
    }

    private void Batch(VectorNamespace memory)
    {
        for (int i = 0; i < WritesPerBatch; i++)
        {
            string id = $"id {_random.Next(Ids)}";
            _offset++;
            if (_random.Next(4) == 0)
            {
                memory.Delete(id, new(_offset, "t-0", _offset));
                _live.Remove(id);
                continue;
            }
            int generation = _random.Next(1_000);
            float[] vector = _random.Next(10) == 0 ? [] : [generation, id.Length, 1, 0];
            memory.Upsert(id, vector, new Dictionary<string, string> { ["generation"] = $"{generation}" }, new(_offset, "t-0", _offset));
            _live[id] = (_offset, generation);
        }
        memory.Publish();
    }

    private void AssertHolds(Dictionary<string, (long Offset, int Generation)> expected, string file)
    {
        VectorNamespace restored = VectorNamespace.Restore(Options, _time, file).Namespace;
        restored.Publish();
        using MemorySnapshot snapshot = restored.Snapshot();
        Assert.Equal(expected.Count, snapshot.Count);
        int vectors = 0;
        foreach (var (id, (offset, generation)) in expected)
        {
            Assert.True(snapshot.TryGet(id, out var entry), id);
            Assert.Equal(new WriteStamp(offset, "t-0", offset), entry.Stamp);
            Assert.Equal($"{generation}", entry.Attributes["generation"]);
            if (entry.Vector.Length == 0)
                continue;
            Assert.Equal([generation, id.Length, 1, 0], entry.Vector.ToArray());
            vectors++;
        }
        Assert.Equal(vectors, snapshot.Search([1, 2, 3, 4], Ids, new() { Lists = int.MaxValue, Candidates = int.MaxValue }).Neighbours.Select(n => n.Id).Distinct().Count());
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("streaming-snapshot-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
