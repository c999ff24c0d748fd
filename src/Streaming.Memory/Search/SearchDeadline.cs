namespace Streaming.Memory.Search;

/// <summary>The moment at which a search stops looking for more; none without a budget.</summary>
internal readonly struct SearchDeadline(TimeProvider clock, TimeSpan? budget)
{
    private readonly long _end = budget is { } time ? clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency) : long.MaxValue;

    public bool IsOver => _end != long.MaxValue && clock.GetTimestamp() >= _end;

    /// <summary>What is left of it; null without a budget.</summary>
    public TimeSpan? Left => _end == long.MaxValue ? null : TimeSpan.FromSeconds(Math.Max(0, (double)(_end - clock.GetTimestamp()) / clock.TimestampFrequency));
}
