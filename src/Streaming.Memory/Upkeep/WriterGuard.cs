namespace Streaming.Memory.Upkeep;

/// <summary>Turns two writers at once, which would corrupt the namespace silently, into an exception. Not a lock: nobody waits.</summary>
internal sealed class WriterGuard
{
    private int _writers;

    /// <exception cref="InvalidOperationException">Another thread is writing: give the namespace to one task.</exception>
    public Scope Enter()
    {
        if (Interlocked.Exchange(ref _writers, 1) != 0)
            throw new InvalidOperationException("Two writers at once in one memory namespace.");
        return new Scope(this);
    }

    public readonly ref struct Scope(WriterGuard guard)
    {
        public void Dispose() => Volatile.Write(ref guard._writers, 0);
    }
}
