using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Contracts;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Server.Composition;
using Streaming.Server.Composition.Adapters;

namespace Streaming.Server.Tests.Composition;

public sealed class MemoryNamespaceWriterTests : IDisposable
{
    private const int Entries = 4_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly MovedClock _clock = new();
    private readonly RuntimeMetrics _metrics = new();
    private readonly DeliveringSink _sink = new();

    private readonly TestDirectory _folder = new();
    private readonly StateDirectory _state;

    public MemoryNamespaceWriterTests() => _state = new(_folder.Path, "cluster", new MarkedLog(), _clock, NullLogger.Instance);

    public void Dispose()
    {
        _state.Dispose();
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Expired_entries_leave_and_their_space_comes_back_by_publishing_alone()
    {
        var (space, writer) = Filled(new RetentionOptions());
        var full = space.SizeBytes;

        _clock.Advance(Life);
        Assert.Equal(Entries, space.StoredRows);
        PublishUntil(writer, () => space.StoredRows == 0);

        Assert.Equal(0, space.LiveEntries);
        Assert.True(space.SizeBytes < full / 4, $"{space.SizeBytes} of {full} bytes");
    }

    [Fact]
    public void What_an_older_version_still_shows_is_kept_until_its_time_is_over()
    {
        var (space, writer) = Filled(new RetentionOptions { Versions = 100, Time = TimeSpan.FromMinutes(10) });
        var version = space.Version;

        _clock.Advance(Life);
        PublishUntil(writer, () => space.LiveEntries == 0);
        Assert.Equal(Entries, space.StoredRows);
        using (var then = space.AsOf(_clock.GetUtcNow() - Life))
            Assert.Equal((version, Entries), (then!.Version, then.Count));

        _clock.Advance(TimeSpan.FromMinutes(10));
        PublishUntil(writer, () => space.StoredRows == 0);
        Assert.Null(space.AsOf(version));
    }

    [Fact]
    public void What_leaves_is_told_once_after_the_version_without_it_is_published()
    {
        var (space, writer) = Filled(new RetentionOptions());
        var start = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        writer.Delete("7", start + 1, new("updates-1", 9));
        Assert.Empty(_sink.Changes);
        writer.Publish();

        var deleted = Assert.Single(_sink.Changes);
        Assert.Equal(("facts", "7", "deleted", space.Version), (deleted.Namespace, deleted.Id, deleted.Reason, deleted.Version));
        Assert.Equal((start, "updates-0", 7L, start + (long)Life.TotalMilliseconds), (deleted.EventTimeMs, deleted.Source, deleted.Offset, deleted.ValidUntilMs));
        Assert.Equal("facts/7", _sink.Keys.Single());

        _clock.Advance(Life);
        PublishUntil(writer, () => space.LiveEntries == 0);
        Assert.Equal(Entries, _sink.Changes.Select(c => c.Id).Distinct().Count());
        Assert.Equal(Entries - 1, _sink.Changes.Count(c => c.Reason == "expired"));
    }

    [Theory]
    [InlineData(59, 1)]
    [InlineData(61, 0)]
    public void What_had_expired_when_it_came_is_told_if_that_was_within_the_hour(int minutesAgo, int told)
    {
        var (_, writer) = Filled(new RetentionOptions());
        var expired = _clock.GetUtcNow().AddMinutes(-minutesAgo).ToUnixTimeMilliseconds();
        writer.Upsert(new("late", new float[] { 1, 0, 0, 0 }, new Dictionary<string, string>(), expired - 1, expired), new("updates-0", Entries));
        writer.Publish();

        Assert.Equal(told, _sink.Changes.Count(c => c is { Id: "late", Reason: "expired" }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_snapshot_is_made_while_what_left_waits_to_be_told(bool isDown)
    {
        var interval = TimeSpan.FromMinutes(10);
        var snapshots = new NamespaceSnapshots(new() { Name = "facts", Dimension = 4 }, new() { Interval = interval }, "memory", _state, _clock, _metrics.Memory, NullLogger.Instance);
        var writer = new MemoryNamespaceWriter(snapshots, _clock, _metrics.Memory, new MemoryChanges(_sink, "memory-changes", _metrics.Memory));
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        writer.Upsert(new("a", new float[] { 1, 0, 0, 0 }, new Dictionary<string, string>(), now, 0), new("updates-0", 0));
        writer.Delete("a", now + 1, new("updates-0", 1));
        _sink.IsDown = isDown;
        _clock.Advance(interval);

        writer.Publish();
        writer.Stopping();

        Assert.Equal(isDown, snapshots.Newest is null);
    }

    private (VectorNamespace Space, MemoryNamespaceWriter Writer) Filled(RetentionOptions retention)
    {
        var options = new NamespaceOptions { Name = "facts", Dimension = 4, TimeToLive = Life, PageRows = 256, Retention = retention };
        var snapshots = new NamespaceSnapshots(options, new() { Interval = TimeSpan.Zero }, "memory", _state, _clock, _metrics.Memory, NullLogger.Instance);
        var (space, writer) = (snapshots.Space, new MemoryNamespaceWriter(snapshots, _clock, _metrics.Memory, new MemoryChanges(_sink, "memory-changes", _metrics.Memory)));
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < Entries; i++)
            writer.Upsert(new(i.ToString(CultureInfo.InvariantCulture), new float[] { 1, i, 0, 0 }, new Dictionary<string, string>(), now, 0), new("updates-0", i));
        writer.Publish();
        return (space, writer);
    }

    // As a stream thread does when polls bring nothing.
    private static void PublishUntil(MemoryNamespaceWriter writer, Func<bool> reached)
    {
        for (var publishes = 0; !reached(); publishes++)
        {
            Assert.True(publishes < 10, "ten publishes did not do it");
            writer.Publish();
        }
    }

    private sealed class DeliveringSink : IRecordSink
    {
        public List<MemoryChange> Changes { get; } = [];

        public List<string> Keys { get; } = [];

        public bool IsDown { get; set; }

        public void Publish(in OutputRecord record, IDelivery delivery)
        {
            if (IsDown)
            {
                delivery.Failed("down");
                return;
            }
            Changes.Add(MemoryChange.Parser.ParseFrom(record.Value));
            Keys.Add(System.Text.Encoding.UTF8.GetString(record.Key!));
            delivery.Delivered(0);
        }
    }
}
