using System.Collections.Concurrent;

namespace Streaming.Server.Tests.Media;

/// <summary>The system's clock, but a timer ends when the test says so: a time-out at a moment of the work, however busy the machine is.</summary>
internal sealed class HeldTimers : TimeProvider
{
    private readonly ConcurrentDictionary<HeldTimer, Action> _timers = new();

    /// <summary>Ends every timer that is there now.</summary>
    public void End()
    {
        foreach (var callback in _timers.Values)
            callback();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(this);
        _timers[timer] = () => callback(state);
        return timer;
    }

    private sealed class HeldTimer(HeldTimers owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => owner._timers.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
