using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>Where a processor publishes: at once, not at the commit.</summary>
public interface ITaskOutput
{
    /// <summary>False when a record published now might be delivered after the partition went to another instance: keep it, and try again at the next call.</summary>
    bool MayPublish { get; }

    /// <summary>Publishes a feature record that <paramref name="cause"/> made.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cause">The source record; freshness is measured from its append time.</param>
    /// <param name="eventTimeMs">Event time of the cause, Unix milliseconds.</param>
    void Publish(in OutputRecord record, InputRecord cause, long eventTimeMs);
}
