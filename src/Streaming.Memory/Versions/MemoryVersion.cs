namespace Streaming.Memory.Versions;

/// <summary>One published version and how many snapshots hold it open.</summary>
internal sealed class MemoryVersion(long number, long publishedAtMs, MemorySizes sizes)
{
    private const int Closed = -1;
    private int _pins;

    public long Number { get; } = number;

    /// <summary>Unix milliseconds, UTC.</summary>
    public long PublishedAtMs { get; } = publishedAtMs;

    public MemorySizes Sizes { get; } = sizes;

    /// <summary>Keeps the version's rows from being reclaimed until <see cref="Unpin"/>.</summary>
    /// <returns>False when they are being reclaimed already.</returns>
    public bool TryPin()
    {
        for (int pins = Volatile.Read(ref _pins); pins != Closed; pins = Volatile.Read(ref _pins))
        {
            if (Interlocked.CompareExchange(ref _pins, pins + 1, pins) == pins)
                return true;
        }
        return false;
    }

    public void Unpin() => Interlocked.Decrement(ref _pins);

    /// <summary>Ends the version for good, if nobody holds it.</summary>
    public bool TryClose() => Interlocked.CompareExchange(ref _pins, Closed, 0) == 0;
}
