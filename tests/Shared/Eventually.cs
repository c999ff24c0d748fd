using System.Diagnostics;

namespace Streaming.TestSupport;

/// <summary>Waits for a condition that has no event of its own, up to a deadline.</summary>
public static class Eventually
{
    /// <summary>Long enough for a busy machine; a test that waits this long has failed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Completes when <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It does not hold at the deadline; the message is <paramref name="what"/>.</exception>
    public static Task HoldsAsync(string what, Func<bool> condition, TimeSpan? deadline = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), deadline);

    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, TimeSpan?)"/>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? deadline = null)
    {
        var limit = deadline ?? Deadline;
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(LookInterval);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"not within {limit.TotalSeconds:0} s: {what}");
            await timer.WaitForNextTickAsync();
        }
    }
}
