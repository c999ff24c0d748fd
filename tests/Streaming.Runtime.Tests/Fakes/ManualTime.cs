namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A clock that only the test moves, or that moves a little with every look at it; the monotonic clock moves with it.</summary>
internal sealed class ManualTime : TimeProvider
{
    /// <summary>2026-01-01T00:00:00Z.</summary>
    public const long StartMs = 1_767_225_600_000;

    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public long NowMs => StartMs + (_ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>How far a look at the monotonic clock moves it.</summary>
    public TimeSpan Drift { get; set; }

    public override long GetTimestamp() => _ticks += Drift.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    public void Advance(TimeSpan by) => _ticks += by.Ticks;
}
