namespace Streaming.Memory.Tests;

/// <summary>A clock that only the test moves.</summary>
internal sealed class ManualTime(long nowMs = 0) : TimeProvider
{
    public long NowMs { get; set; } = nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
