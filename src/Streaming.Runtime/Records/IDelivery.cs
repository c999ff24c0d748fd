namespace Streaming.Runtime.Records;

/// <summary>What became of a published record. Called exactly once.</summary>
public interface IDelivery
{
    /// <summary>The brokers have it.</summary>
    /// <param name="appendTimeMs">Append time, Unix milliseconds.</param>
    void Delivered(long appendTimeMs);

    /// <summary>It was not delivered within the delivery time-out, or was refused.</summary>
    void Failed(string reason);
}
