namespace Streaming.Memory;

/// <summary>
/// What orders the writes of one id: the higher event time wins, then the higher offset, then the ordinally greater source. The order
/// is total, so writes converge whatever order they arrive in, and an equal stamp is a replay.
/// </summary>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
/// <param name="Source">The topic-partition that owns the entry, such as <c>creative-features-3</c>.</param>
/// <param name="Offset">The record's offset in <paramref name="Source"/>.</param>
public readonly record struct WriteStamp(long EventTimeMs, string Source, long Offset) : IComparable<WriteStamp>
{
    /// <inheritdoc/>
    public int CompareTo(WriteStamp other)
    {
        int order = EventTimeMs.CompareTo(other.EventTimeMs);
        if (order == 0)
            order = Offset.CompareTo(other.Offset);
        return order != 0 ? order : string.CompareOrdinal(Source, other.Source);
    }

    /// <summary>True when <paramref name="left"/> loses to <paramref name="right"/>.</summary>
    public static bool operator <(WriteStamp left, WriteStamp right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> wins over <paramref name="right"/>.</summary>
    public static bool operator >(WriteStamp left, WriteStamp right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> does not win over <paramref name="right"/>.</summary>
    public static bool operator <=(WriteStamp left, WriteStamp right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> does not lose to <paramref name="right"/>.</summary>
    public static bool operator >=(WriteStamp left, WriteStamp right) => left.CompareTo(right) >= 0;
}
