using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Memory;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Memory;

/// <summary>
/// Tells on <c>memory-changes</c> what left a namespace. A change that was not delivered is sent again, instead of sending the task back to its last
/// commit, where its namespace would begin anew from a snapshot or from its topics.
/// </summary>
/// <remarks>
/// One writer thread; deliveries come on any. A send hands over a bounded number, and only while few are under way, so that the memory's thread does not
/// wait for brokers that do not answer. What waits in a crash leaves again when the memory is
/// rebuilt, and is told then: no snapshot is made while a change waits. What was under way may be lost.
/// </remarks>
/// <param name="sink">The producer.</param>
/// <param name="topic">The topic.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="mostWaiting">Changes that wait at most, beyond which the oldest is lost: as many as a namespace has entries unless it says otherwise, so that it may be emptied at once.</param>
public sealed class MemoryChanges(IRecordSink sink, string topic, MemoryMetrics metrics, int mostWaiting = 1_000_000)
{
    private const int MostAtOnce = 4_096;
    private const int MostUnderWay = 8_192;
    private static readonly FeatureHeaders Headers = new("/streaming/memory", "streaming.v1.MemoryChange");

    private readonly Queue<MemoryChange> _waiting = new();
    private readonly ConcurrentQueue<MemoryChange> _returned = new();
    private int _underWay;

    /// <summary>True while there are changes to send. The writer's.</summary>
    public bool HasWaiting => _waiting.Count > 0 || !_returned.IsEmpty;

    /// <summary>Takes a change, which <see cref="Send"/> sends. Beyond the bound the oldest that waits is lost.</summary>
    public void Add(MemoryChange change)
    {
        if (_waiting.Count == mostWaiting)
            metrics.Changed(_waiting.Dequeue().Namespace, "lost");
        _waiting.Enqueue(change);
    }

    /// <summary>Sends what waits, a bounded number.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    public void Send(long nowMs)
    {
        while (_returned.TryDequeue(out var change))
            Add(change);
        for (var sent = 0; sent < MostAtOnce && Volatile.Read(ref _underWay) < MostUnderWay && _waiting.TryDequeue(out var change); sent++)
        {
            Interlocked.Increment(ref _underWay);
            Publish(Record(change, nowMs), new Delivery(this, change));
        }
    }

    private void Publish(in OutputRecord record, Delivery delivery)
    {
        try
        {
            sink.Publish(record, delivery);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // No fault of the record that is processed now: the change waits, as if the brokers had not answered.
            delivery.Failed($"{e.GetType().Name}: {e.Message}");
        }
    }

    private OutputRecord Record(MemoryChange change, long nowMs)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{change.Namespace}/{change.Id}@{change.Source}-{change.Offset}");
        return new(topic, Encoding.UTF8.GetBytes(MemoryUpdateRules.KeyOf(change.Namespace, change.Id)), change.ToByteArray(), Headers.For(id, nowMs));
    }

    private sealed class Delivery(MemoryChanges changes, MemoryChange change) : IDelivery
    {
        public void Delivered(long appendTimeMs) => changes.Leave(change, "delivered");

        public void Failed(string reason)
        {
            changes._returned.Enqueue(change);
            changes.Leave(change, "failed");
        }
    }

    private void Leave(MemoryChange change, string outcome)
    {
        Interlocked.Decrement(ref _underWay);
        metrics.Changed(change.Namespace, outcome);
    }
}
