namespace Streaming.Runtime.Tasks;

/// <summary>The records published between two commits. A commit waits until its epoch is delivered, so state never runs ahead of the features.</summary>
internal sealed class DeliveryEpoch
{
    // The seal counts as one, so that the count reaches zero only after it.
    private int _outstanding = 1;
    private string? _failure;
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when every record is delivered; faults with <see cref="DeliveryException"/> when one was not.</summary>
    public Task Completed => _completed.Task;

    /// <summary>Set once a record was not delivered.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    public void Published() => Interlocked.Increment(ref _outstanding);

    public void Delivered() => Release();

    public void Failed(string reason)
    {
        Volatile.Write(ref _failure, reason);
        Release();
    }

    /// <summary>No further record belongs to this epoch.</summary>
    public void Seal() => Release();

    private void Release()
    {
        if (Interlocked.Decrement(ref _outstanding) > 0)
            return;
        if (Volatile.Read(ref _failure) is { } failure)
            _completed.SetException(new DeliveryException(failure));
        else
            _completed.SetResult();
    }
}
