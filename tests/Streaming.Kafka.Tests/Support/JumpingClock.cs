namespace Streaming.Kafka.Tests.Support;

/// <summary>The system's clock, until it jumps: what a process sees that was stopped for a while.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _jumped;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, by.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _jumped);
}
