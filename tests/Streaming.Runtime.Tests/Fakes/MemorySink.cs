using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A producer onto the in-memory broker. Records are in flight until the test delivers, fails or drops them.</summary>
internal sealed class MemorySink(MemoryLog log) : IRecordSink
{
    private readonly Queue<(OutputRecord Record, IDelivery Delivery)> _inFlight = new();

    /// <summary>Deliver at once.</summary>
    public bool Immediate { get; set; } = true;

    /// <summary>Planted fault: acknowledges records that the broker does not have yet.</summary>
    public bool AcknowledgesEarly { get; init; }

    /// <summary>Thrown by the next publish.</summary>
    public Exception? ThrowNext { get; set; }

    public int InFlight => _inFlight.Count;

    public int Published { get; private set; }

    public void Publish(in OutputRecord record, IDelivery delivery)
    {
        // A changelog is written from the commit's own thread, beside the task's.
        lock (_inFlight)
            Take(record, delivery);
    }

    private void Take(in OutputRecord record, IDelivery delivery)
    {
        if (ThrowNext is { } thrown)
        {
            ThrowNext = null;
            throw thrown;
        }
        Published++;
        if (AcknowledgesEarly)
            delivery.Delivered(0);
        _inFlight.Enqueue((record, AcknowledgesEarly ? Ignored.Instance : delivery));
        if (Immediate)
            Deliver();
    }

    /// <summary>The brokers take the oldest records in flight.</summary>
    public void Deliver(int count = int.MaxValue)
    {
        while (count-- > 0 && _inFlight.TryDequeue(out var next))
            next.Delivery.Delivered(log.Append(next.Record).AppendTimeMs);
    }

    /// <summary>The oldest records in flight are given up, as at the delivery time-out.</summary>
    public void Fail(int count)
    {
        while (count-- > 0 && _inFlight.TryDequeue(out var next))
            next.Delivery.Failed("timed out");
    }

    /// <summary>The connection ends: the brokers have the first <paramref name="kept"/> records in flight, but nobody hears of it.</summary>
    public void Drop(int kept)
    {
        while (_inFlight.TryDequeue(out var next))
        {
            if (kept-- > 0)
                log.Append(next.Record);
            next.Delivery.Failed("the producer is gone");
        }
    }

    private sealed class Ignored : IDelivery
    {
        public static readonly Ignored Instance = new();

        public void Delivered(long appendTimeMs)
        {
        }

        public void Failed(string reason)
        {
        }
    }
}
