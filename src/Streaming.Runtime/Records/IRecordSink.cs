namespace Streaming.Runtime.Records;

/// <summary>The producer port. Idempotent, ordered within a partition; bounded: <see cref="Publish"/> waits while the buffer is full. Safe for any thread.</summary>
public interface IRecordSink
{
    /// <summary>Hands a record over; <paramref name="delivery"/> hears once what became of it, on any thread.</summary>
    void Publish(in OutputRecord record, IDelivery delivery);
}
