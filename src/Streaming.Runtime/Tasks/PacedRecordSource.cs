using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>
/// A source that hands old records over at a limited pace, for a backfill beside live tasks. A bucket of tokens: an old record costs one, a poll
/// takes at most a twentieth of a second's worth, and the next poll waits until the bucket is out of debt. While the instance's live tasks are
/// behind, a poll takes one record. Records younger than the backfill cost nothing.
/// </summary>
/// <remarks>One owner thread, which waits here: it must be the backfill's own. It waits a second at most, so the group never misses it.</remarks>
public sealed class PacedRecordSource(IRecordSource source, BackfillPace pace, TimeProvider clock, Action<TimeSpan> wait) : IRecordSource
{
    private const double PollsPerSecond = 20;
    private static readonly TimeSpan YieldFor = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private bool _old = true;
    private double _debt;
    private long _looked = clock.GetTimestamp();

    /// <inheritdoc />
    public int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records)
    {
        var first = records.Count;
        var taken = source.Poll(timeout, _old ? Allowed(maxRecords) : maxRecords, records);
        if (taken == 0)
            return 0;
        var old = 0;
        for (var i = first; i < records.Count; i++)
            old += records[i].AppendTimeMs < pace.Before ? 1 : 0;
        _old = old > 0;
        _debt += old;
        return taken;
    }

    /// <inheritdoc />
    public void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener) => source.Subscribe(topics, listener);

    /// <inheritdoc />
    public void Rejoin() => source.Rejoin();

    /// <inheritdoc />
    public void Seek(TopicPartition partition, long offset) => source.Seek(partition, offset);

    /// <inheritdoc />
    public void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets) => source.CommitOffsets(nextOffsets);

    /// <inheritdoc />
    public long? EndOffset(TopicPartition partition) => source.EndOffset(partition);

    /// <inheritdoc />
    public void Dispose() => source.Dispose();

    private int Allowed(int maxRecords)
    {
        if (pace.MustYield())
        {
            wait(YieldFor);
            Settle();
            return 1;
        }
        if (pace.RecordsPerSecond <= 0)
            return maxRecords;
        Settle();
        if (_debt > 0)
        {
            var due = TimeSpan.FromSeconds(_debt / pace.RecordsPerSecond);
            wait(due < LongestWait ? due : LongestWait);
            Settle();
        }
        return (int)Math.Clamp(pace.RecordsPerSecond / PollsPerSecond, 1, maxRecords);
    }

    private void Settle()
    {
        var now = clock.GetTimestamp();
        _debt = Math.Max(0, _debt - (clock.GetElapsedTime(_looked, now).TotalSeconds * pace.RecordsPerSecond));
        _looked = now;
    }
}
