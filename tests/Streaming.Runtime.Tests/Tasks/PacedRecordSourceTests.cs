using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Tasks;

public sealed class PacedRecordSourceTests : IDisposable
{
    private const int Rate = 100;
    private readonly ManualTime _clock = new();
    private readonly Endless _inner = new();
    private bool _busy;

    public void Dispose() => _inner.Dispose();

    [Fact]
    public void Old_records_come_at_the_pace()
    {
        using var source = Source();
        Assert.InRange(TakeFor(source, TimeSpan.FromSeconds(10)), (9 * Rate) + 1, 11 * Rate);
    }

    [Fact]
    public void Young_records_are_not_held_up()
    {
        _inner.AppendTimeMs = long.MaxValue;
        using var source = Source();
        source.Poll(TimeSpan.Zero, 500, []);

        var records = new List<InputRecord>();
        var before = _clock.GetTimestamp();
        Assert.Equal(500, source.Poll(TimeSpan.Zero, 500, records));
        Assert.Equal(before, _clock.GetTimestamp());
    }

    [Fact]
    public void Old_records_crawl_while_live_tasks_are_behind()
    {
        _busy = true;
        using var source = Source();
        Assert.InRange(TakeFor(source, TimeSpan.FromSeconds(10)), 1, 201);
    }

    private PacedRecordSource Source() => new(_inner, new BackfillPace(Rate, Before: 1_000, () => _busy), _clock, _clock.Advance);

    private int TakeFor(PacedRecordSource source, TimeSpan time)
    {
        var records = new List<InputRecord>();
        var started = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(started) < time)
            source.Poll(TimeSpan.Zero, 500, records);
        return records.Count;
    }

    private sealed class Endless : IRecordSource
    {
        public long AppendTimeMs { get; set; }

        public int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records)
        {
            for (var i = 0; i < maxRecords; i++)
                records.Add(new InputRecord { Source = new("creatives", 0), Offset = records.Count, Key = null, Value = null, AppendTimeMs = AppendTimeMs });
            return maxRecords;
        }

        public void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener)
        {
        }

        public void Rejoin()
        {
        }

        public void Seek(TopicPartition partition, long offset)
        {
        }

        public void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets)
        {
        }

        public long? EndOffset(TopicPartition partition) => null;

        public void Dispose()
        {
        }
    }
}
