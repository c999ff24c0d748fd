using Streaming.Core.Contracts;

namespace Streaming.Core.Instances;

/// <summary>
/// Which instances are alive and what each owns, from their announcements. An announcement holds until its lease is over, until the instance takes
/// it back, or until it announces something else. Two instances may name the same partition for a moment, while it moves.
/// </summary>
/// <remarks>
/// Leases are measured between append times of the one partition that all announcements are in: no two clocks are compared, and while nobody can
/// announce anything, because brokers are away, nobody is taken for dead. One thread applies, any thread reads.
/// </remarks>
public sealed class InstanceDirectory
{
    private readonly Dictionary<string, Announced> _announced = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<InstanceAnnouncement> _live = [];
    private long _newestMs;

    /// <summary>The instances that are alive, by address in ordinal order.</summary>
    public IReadOnlyList<InstanceAnnouncement> Live => _live;

    /// <summary>Takes the next record of the topic.</summary>
    /// <param name="address">Its key.</param>
    /// <param name="announcement">Its value; null = the instance has left.</param>
    /// <param name="appendTimeMs">When the brokers took it, Unix milliseconds.</param>
    public void Apply(string address, InstanceAnnouncement? announcement, long appendTimeMs)
    {
        _newestMs = Math.Max(_newestMs, appendTimeMs);
        if (announcement is null)
            _announced.Remove(address);
        else
            _announced[address] = new(announcement, appendTimeMs);
        foreach (var (gone, _) in _announced.Where(a => a.Value.AppendTimeMs + a.Value.Announcement.LeaseMs < _newestMs).ToList())
            _announced.Remove(gone);
        _live = [.. _announced.Values.Select(a => a.Announcement).OrderBy(a => a.Address, StringComparer.Ordinal)];
    }

    private readonly record struct Announced(InstanceAnnouncement Announcement, long AppendTimeMs);
}
