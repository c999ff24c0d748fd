using System.Globalization;
using Streaming.Core.Validation;

namespace Streaming.Core.Events;

/// <summary>Event times that are believed: from 1990-01-01 UTC up to <paramref name="MaxAhead"/> past the processing clock.</summary>
/// <param name="MaxAhead">How far a producer's clock may run ahead.</param>
public readonly record struct EventTimeRange(TimeSpan MaxAhead)
{
    /// <summary>1990-01-01T00:00:00Z in Unix milliseconds.</summary>
    public const long EarliestMs = 631_152_000_000;

    /// <summary>One day ahead.</summary>
    public static EventTimeRange Default { get; } = new(TimeSpan.FromDays(1));

    /// <summary>Null when <paramref name="eventTimeMs"/> is believed.</summary>
    public Violation? Check(string field, long eventTimeMs, DateTimeOffset now)
    {
        if (eventTimeMs < EarliestMs)
            return new(field, Text(eventTimeMs), "must be Unix milliseconds from 1990-01-01 on");
        return eventTimeMs > now.ToUnixTimeMilliseconds() + (long)MaxAhead.TotalMilliseconds
            ? new(field, Text(eventTimeMs), $"must not be more than {MaxAhead.TotalHours:0.#} h ahead of the processing clock")
            : null;
    }

    private static string Text(long ms) =>
        ms is > -62_135_596_800_000 and < 253_402_300_800_000
            ? $"{ms} ({DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)})"
            : ms.ToString(CultureInfo.InvariantCulture);
}
