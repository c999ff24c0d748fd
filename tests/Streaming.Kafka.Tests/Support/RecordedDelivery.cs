using Streaming.Runtime.Records;

namespace Streaming.Kafka.Tests.Support;

/// <summary>A delivery that can be awaited: the append time, or <see cref="DeliveryFailedException"/>. A second call of either method fails the first waiter's test.</summary>
internal sealed class RecordedDelivery : IDelivery
{
    private readonly TaskCompletionSource<long> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> Ended => _ended.Task;

    public void Delivered(long appendTimeMs) => _ended.SetResult(appendTimeMs);

    public void Failed(string reason) => _ended.SetException(new DeliveryFailedException(reason));
}
