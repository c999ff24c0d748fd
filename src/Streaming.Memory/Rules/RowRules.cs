using Streaming.Memory.Rows;

namespace Streaming.Memory.Rules;

/// <summary>The times and offsets that a row can hold.</summary>
internal static class RowRules
{
    /// <exception cref="ArgumentException">The event time or the offset is out of range.</exception>
    public static void Check(WriteStamp stamp)
    {
        if (stamp.EventTimeMs is < -Row.Max48 or > Row.Max48)
            throw new ArgumentException($"event_time = {stamp.EventTimeMs}: at most {Row.Max48} ms from 1970", nameof(stamp));
        if (stamp.Offset is < 0 or > Row.Max48)
            throw new ArgumentException($"offset = {stamp.Offset}: 0..{Row.Max48}", nameof(stamp));
    }

    /// <exception cref="ArgumentException">The instant is before 1970.</exception>
    public static void CheckInstant(string field, long ms)
    {
        if (ms < 0)
            throw new ArgumentException($"{field} = {ms}: 0 or more", nameof(ms));
    }
}
