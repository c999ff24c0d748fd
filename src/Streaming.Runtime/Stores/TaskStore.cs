namespace Streaming.Runtime.Stores;

/// <summary>
/// A task's state over its database. Puts gather in memory (bounded by the commit interval) until <see cref="Seal"/> makes a batch of them;
/// the batch is written on another thread while the task goes on. Reads see the gathered, then the sealed, then the written values.
/// </summary>
/// <remarks>One owner thread, but for <see cref="Write"/>, which may run beside it. At most one batch is sealed at a time.</remarks>
internal sealed class TaskStore(TaskDatabase database) : ITaskState, IDisposable
{
    private Dictionary<StateKey, byte[]> _gathered = [];
    private Dictionary<StateKey, byte[]>? _sealed;

    public byte[]? Get(StateKey key) =>
        _gathered.TryGetValue(key, out var value) || (_sealed?.TryGetValue(key, out value) ?? false) ? value : database.Read(key);

    public void Put(StateKey key, byte[] value) => _gathered[key] = value;

    public CommitBatch Seal(StoreIdentity identity)
    {
        if (_sealed is not null)
            throw new InvalidOperationException("the previous commit has not ended");
        var batch = new CommitBatch(_gathered, identity);
        _sealed = _gathered;
        _gathered = [];
        return batch;
    }

    /// <exception cref="StoreException">The disk refuses; nothing of the batch was written.</exception>
    public void Write(CommitBatch batch) => database.Write(batch);

    /// <summary>Back to what is in the database: what was gathered or sealed is dropped. No write may be under way.</summary>
    public void Forget()
    {
        _gathered = [];
        _sealed = null;
    }

    /// <summary>The sealed batch is in the database.</summary>
    public void EndCommit() => _sealed = null;

    public void Dispose() => database.Dispose();
}
