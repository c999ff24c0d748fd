namespace Streaming.Runtime.Tasks;

/// <summary>
/// Until when this instance may publish. The group takes its partitions away when it has been silent for the session time-out, so it publishes
/// only while even the slowest delivery would end before that: last poll + session time-out − delivery time-out.
/// </summary>
/// <remarks>State; one owner thread. Time is the monotonic clock, which goes on while the process is stopped.</remarks>
internal sealed class Lease(TimeProvider clock, TimeSpan sessionTimeout, TimeSpan deliveryTimeout)
{
    private readonly TimeSpan _publishFor = sessionTimeout - deliveryTimeout;
    private long _polled = clock.GetTimestamp();

    /// <summary>The session has certainly ended: somebody else may own the partitions by now.</summary>
    public bool Lapsed => clock.GetElapsedTime(_polled) > sessionTimeout;

    /// <summary>A record published now would be delivered, or given up, within the session.</summary>
    public bool MayPublish => clock.GetElapsedTime(_polled) < _publishFor;

    public void Renew() => _polled = clock.GetTimestamp();
}
