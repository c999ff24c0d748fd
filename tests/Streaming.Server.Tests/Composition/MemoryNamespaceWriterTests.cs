using System.Globalization;
using Streaming.Core.Contracts;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Server.Composition.Adapters;

namespace Streaming.Server.Tests.Composition;

public sealed class MemoryNamespaceWriterTests : IDisposable
{
    private const int Entries = 4_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly MovedClock _clock = new();
    private readonly RuntimeMetrics _metrics = new();
    private readonly DeliveringSink _sink = new();

    public void Dispose() => _metrics.Dispose();

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

    private (VectorNamespace Space, MemoryNamespaceWriter Writer) Filled(RetentionOptions retention)
    {
        var options = new NamespaceOptions { Name = "facts", Dimension = 4, TimeToLive = Life, PageRows = 256, Retention = retention };
        var space = new VectorNamespace(options, _clock);
        var writer = new MemoryNamespaceWriter(space, _clock, _metrics.Memory, new MemoryChanges(_sink, "memory-changes", _metrics.Memory));
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

        public void Publish(in OutputRecord record, IDelivery delivery)
        {
            Changes.Add(MemoryChange.Parser.ParseFrom(record.Value));
            Keys.Add(System.Text.Encoding.UTF8.GetString(record.Key!));
            delivery.Delivered(0);
        }
    }

    private sealed class MovedClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(20_000);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan time) => _now += time;
    }
}
