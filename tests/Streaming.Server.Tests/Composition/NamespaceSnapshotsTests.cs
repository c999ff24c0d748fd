using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Topologies;
using Streaming.Memory.Rules;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Server.Composition;
using Streaming.Server.Composition.Adapters;

namespace Streaming.Server.Tests.Composition;

/// <summary>A namespace over restarts: what a snapshot brings back, what is left out, and when one is written.</summary>
public sealed class NamespaceSnapshotsTests : IDisposable
{
    private const int Entries = 20;
    private static readonly TopicPartition Mine = new("updates", 0), Others = new("updates", 1);
    private static readonly NamespaceOptions Options = new() { Name = "facts", Dimension = 2, PageRows = 64 };
    private readonly TestDirectory _folder = new();
    private readonly MovedClock _clock = new();
    private readonly RuntimeMetrics _metrics = new();
    private readonly MarkedLog _log = new();
    private MemorySnapshotOptions _options = new() { Interval = TimeSpan.FromMinutes(10), Keep = 2, MaxAge = TimeSpan.FromHours(12) };

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_stop_writes_a_snapshot_and_a_start_goes_on_from_it()
    {
        StopWithEntries();

        using var next = Start();
        var known = next.Writer.Begin(Mine);
        Assert.Equal((Entries, Mine.Topic, Mine.Partition), (known!.NextOffset, known.Topic, known.Partition));
        next.Writer.Begin(Others);
        Assert.Equal(0, next.Count);
        next.Writer.Publish();
        Assert.Equal(2 * Entries, next.Count);

        // Read again, as by a namespace beside it that knows less, and then what is new.
        Write(next.Writer, Mine, 0, Entries - 1, x: 9);
        Write(next.Writer, Mine, Entries, Entries, x: 9);
        next.Writer.Publish();
        Assert.Equal(2 * Entries + 1, next.Count);
        Assert.Equal((1f, 9f), (next.X("updates-0/0"), next.X($"updates-0/{Entries}")));
    }

    [Fact]
    public void What_no_partition_here_answers_for_is_never_seen()
    {
        StopWithEntries();

        using var next = Start();
        Assert.NotNull(next.Writer.Begin(Mine));
        next.Writer.Publish();

        Assert.Equal(Entries, next.Count);
        Assert.Null(next.Entry("updates-1/0"));
        // It comes later, and is read from the beginning.
        Assert.Null(next.Writer.Begin(Others));
        Write(next.Writer, Others, 0, 0, x: 3);
        next.Writer.Publish();
        Assert.Equal(3f, next.X("updates-1/0"));
    }

    [Fact]
    public void A_partition_that_was_given_away_and_came_back_is_read_from_the_beginning()
    {
        StopWithEntries();

        using var next = Start();
        next.Writer.Begin(Mine);
        next.Writer.Publish();
        next.Writer.RemoveSource(Mine.ToString());

        Assert.Null(next.Writer.Begin(Mine));
        Write(next.Writer, Mine, 0, 0, x: 4);
        next.Writer.Publish();
        Assert.Equal(4f, next.X("updates-0/0"));
    }

    [Fact]
    public void What_a_snapshot_has_of_a_topic_that_was_made_again_is_dropped()
    {
        StopWithEntries();

        _log.Value = [2];
        using var next = Start();
        Assert.Null(next.Writer.Begin(Mine));
        next.Writer.Publish();

        Assert.Equal(0, next.Count);
    }

    [Fact]
    public void A_snapshot_of_another_cluster_and_one_that_is_too_old_are_not_used()
    {
        StopWithEntries();

        using (var elsewhere = Start("another cluster"))
            AssertEmpty(elsewhere);
        _clock.Advance(_options.MaxAge + TimeSpan.FromSeconds(1));
        using (var later = Start())
            AssertEmpty(later);
    }

    [Fact]
    public void Where_the_newest_is_damaged_the_one_before_is_taken_and_where_all_are_the_topics_are_read()
    {
        using (var first = Start())
        {
            Fill(first);
            first.Writer.Stopping();
            Write(first.Writer, Mine, Entries, Entries, x: 1);
            Commit(first.Writer, Mine, Entries + 1);
            first.Writer.Publish();
            first.Writer.Stopping();
        }
        Assert.Equal(2, Files().Count);

        Damage(Files()[0]);
        using (var second = Start())
        {
            Assert.Equal(Entries, second.Writer.Begin(Mine)!.NextOffset);
        }
        Damage(Files()[1]);
        using (var third = Start())
            AssertEmpty(third);
    }

    [Fact]
    public async Task One_is_written_when_the_interval_is_over_and_something_changed()
    {
        using var instance = Start();
        Fill(instance);
        instance.Writer.Publish();
        Assert.Empty(Files());

        _clock.Advance(_options.Interval);
        instance.Writer.Publish();
        await Eventually.HoldsAsync("a snapshot is written", () => instance.Snapshots.Newest is not null);
        Assert.Equal(2 * Entries, instance.Snapshots.Newest!.Entries);

        _clock.Advance(_options.Interval);
        instance.Writer.Publish();
        Assert.Single(Files());

        // Of a namespace without writes it is made anew before it would be too old.
        _clock.Advance(_options.MaxAge / 2);
        instance.Writer.Publish();
        await Eventually.HoldsAsync("a snapshot is renewed", () => Files().Count == 2);
    }

    [Fact]
    public void The_last_one_is_that_of_the_stop_and_not_of_the_partitions_given_back_after_it()
    {
        using var instance = Start();
        Fill(instance);
        instance.Writer.Stopping();
        _clock.Advance(_options.Interval);
        instance.Writer.RemoveSource(Mine.ToString());
        instance.Writer.Publish();

        Assert.Equal(2 * Entries, Streaming.Memory.Snapshots.SnapshotHeader.Read(Assert.Single(Files())).Entries);
    }

    [Fact]
    public async Task One_that_is_asked_for_is_written_at_the_next_publish()
    {
        using var instance = Start();
        Fill(instance);

        var asked = instance.Snapshots.RequestAsync(CancellationToken.None);
        var askedToo = instance.Snapshots.RequestAsync(CancellationToken.None);
        Assert.False(asked.IsCompleted);
        instance.Writer.Publish();

        var written = await asked;
        Assert.Equal((2 * Entries, new FileInfo(written.Path).Length), (written.Entries, written.Bytes));
        Assert.Same(written, await askedToo);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_written_is_told_and_the_namespace_goes_on()
    {
        using var instance = Start();
        Fill(instance);
        // A file where the folder should be.
        Directory.CreateDirectory(_folder.PathOf("memory"));
        File.WriteAllText(_folder.PathOf("memory/facts"), "");

        var asked = instance.Snapshots.RequestAsync(CancellationToken.None);
        instance.Writer.Publish();

        await Assert.ThrowsAnyAsync<IOException>(() => asked);
        Write(instance.Writer, Mine, Entries, Entries, x: 1);
        instance.Writer.Publish();
        Assert.Equal(2 * Entries + 1, instance.Count);
        instance.Writer.Stopping();
    }

    [Fact]
    public async Task After_a_drop_a_new_snapshot_takes_the_place_of_all_and_a_start_goes_on_from_it()
    {
        StopWithEntries();
        using (var instance = Start())
        {
            instance.Writer.Begin(Mine);
            instance.Writer.Begin(Others);
            instance.Writer.Publish();
            instance.Writer.Stopping();
        }
        using (var dropping = Start())
        {
            dropping.Writer.Begin(Mine);
            dropping.Writer.Begin(Others);
            Drop(dropping.Writer);
            dropping.Writer.Publish();
            await Eventually.HoldsAsync("what was dropped is gone from the disk", () => Files() is [var only] && Streaming.Memory.Snapshots.SnapshotHeader.Read(only).Entries == 0);
        }

        using var next = Start();
        Assert.Equal(Entries + 1, next.Writer.Begin(Mine)!.NextOffset);
        next.Writer.Publish();
        Assert.Equal(0, next.Count);
        // As when another namespace has the partition read again.
        Write(next.Writer, Mine, 0, Entries - 1, x: 1);
        next.Writer.Publish();
        Assert.Equal(0, next.Count);
    }

    [Fact]
    public void Where_no_snapshot_can_be_written_after_a_drop_the_older_one_stays_until_the_drop_is_replayed()
    {
        StopWithEntries();
        using (var crashed = Start())
        {
            crashed.Writer.Begin(Mine);
            crashed.Writer.Begin(Others);
            Drop(crashed.Writer);
        }

        using var next = Start();
        Assert.Equal(Entries, next.Writer.Begin(Mine)!.NextOffset);
        Assert.Equal(Entries, next.Writer.Begin(Others)!.NextOffset);
        Drop(next.Writer);
        next.Writer.Publish();
        Assert.Equal(0, next.Count);
        next.Writer.Stopping();
        Assert.Equal(0, Streaming.Memory.Snapshots.SnapshotHeader.Read(Assert.Single(Files())).Entries);
    }

    [Fact]
    public async Task Without_snapshots_none_is_written_or_read()
    {
        StopWithEntries();

        _options = _options with { Interval = TimeSpan.Zero };
        using var off = Start();
        AssertEmpty(off);
        Fill(off);
        off.Writer.Stopping();
        Assert.Single(Files());
        Drop(off.Writer);
        Assert.Empty(Files());
        await Assert.ThrowsAsync<InvalidOperationException>(() => off.Snapshots.RequestAsync(CancellationToken.None));
    }

    private void Drop(MemoryNamespaceWriter writer)
    {
        foreach (var partition in new[] { Mine, Others })
        {
            writer.Drop(2_000_000, new(partition.ToString(), Entries));
            Commit(writer, partition, Entries + 1);
        }
    }

    private void StopWithEntries()
    {
        using var instance = Start();
        Fill(instance);
        instance.Writer.Stopping();
    }

    private void Fill(Instance instance)
    {
        foreach (var partition in new[] { Mine, Others })
        {
            Assert.Null(instance.Writer.Begin(partition));
            Write(instance.Writer, partition, 0, Entries - 1, x: 1);
            Commit(instance.Writer, partition, Entries);
        }
        instance.Writer.Publish();
    }

    private Instance Start(string cluster = "cluster") => new(new StateDirectory(_folder.Path, cluster, _log, _clock, NullLogger.Instance), _options, _clock, _metrics.Memory);

    private static void AssertEmpty(Instance instance)
    {
        Assert.Null(instance.Writer.Begin(Mine));
        instance.Writer.Publish();
        Assert.Equal(0, instance.Count);
        Assert.Null(instance.Snapshots.Newest);
    }

    private static void Write(MemoryNamespaceWriter writer, TopicPartition partition, int from, int to, float x)
    {
        for (var offset = from; offset <= to; offset++)
            writer.Upsert(new(string.Create(CultureInfo.InvariantCulture, $"{partition}/{offset}"), new[] { x, 1 }, new Dictionary<string, string>(), 1_000_000 + offset + (long)x * 1_000, 0), new(partition.ToString(), offset));
    }

    private void Commit(MemoryNamespaceWriter writer, TopicPartition partition, long next) =>
        writer.Committed(new("cluster", partition.Topic, partition.Partition, next, LogMark.Of(_log.Record(partition, next - 1)), 0));

    private List<string> Files() => !Directory.Exists(_folder.PathOf("memory/facts")) ? [] : [.. Directory.GetFiles(_folder.PathOf("memory/facts"), "*.snapshot").OrderDescending(StringComparer.Ordinal)];

    private static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(file, bytes);
    }

    private sealed class Instance(StateDirectory state, MemorySnapshotOptions options, TimeProvider clock, MemoryMetrics metrics) : IDisposable
    {
        private MemoryNamespaceWriter? _writer;

        public NamespaceSnapshots Snapshots { get; } = new(Options, options, "memory", state, clock, metrics, NullLogger.Instance);

        public MemoryNamespaceWriter Writer => _writer ??= new(Snapshots, clock, metrics, changes: null);

        public int Count => Snapshots.Space.LiveEntries;

        public Streaming.Memory.MemoryEntry? Entry(string id)
        {
            using var snapshot = Snapshots.Space.Snapshot();
            return snapshot.TryGet(id, out var entry) ? entry : null;
        }

        public float X(string id) => Entry(id)!.Vector[0];

        public void Dispose() => state.Dispose();
    }
}
