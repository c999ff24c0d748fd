using Streaming.Memory.Rules;

namespace Streaming.Memory.Versions;

/// <summary>The versions that can still be read, oldest first: the newest, those retained by the rules, and those a snapshot holds.</summary>
internal sealed class VersionLog
{
    private readonly RetentionOptions _retention;
    private readonly ReaderSlots _slots = new();
    private readonly Lock _lock = new();
    private readonly Queue<MemoryVersion> _open = new();
    private MemoryVersion _newest;

    public VersionLog(RetentionOptions retention, long nowMs)
    {
        _retention = retention;
        _newest = new MemoryVersion(0, nowMs, default);
        _open.Enqueue(_newest);
    }

    public MemoryVersion Newest => Volatile.Read(ref _newest);

    /// <summary>Rows that ended at or before this version are seen by no snapshot and no search, present or future. The writer's.</summary>
    public long Horizon { get; private set; }

    /// <summary>Makes the next version the one that new readers get, and moves the horizon.</summary>
    public void Publish(MemoryVersion version)
    {
        lock (_lock)
            _open.Enqueue(version);
        Volatile.Write(ref _newest, version);
        Advance(version.PublishedAtMs);
    }

    /// <summary>Closes the versions that nobody needs.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    public void Advance(long nowMs)
    {
        lock (_lock)
        {
            while (_open.Count > 1 && !IsRetained(_open.Peek(), nowMs) && _open.Peek().TryClose())
                _open.Dequeue();
        }
        Horizon = Math.Min(_open.Peek().Number, OldestReading());
    }

    /// <summary>
    /// The oldest version that a search in flight reads. What was unlinked while an older version was the newest is held by no search.
    /// </summary>
    public long OldestReading() => _slots.Oldest();

    /// <summary>Begins a search of the newest version.</summary>
    public MemoryVersion Enter(out int slot)
    {
        MemoryVersion version = Newest;
        slot = _slots.Claim(version.Number);
        for (MemoryVersion again = Newest; again != version; again = Newest)
        {
            version = again;
            _slots.Move(slot, version.Number);
        }
        return version;
    }

    /// <summary>Begins a search of a version that the caller has pinned.</summary>
    public int Enter(MemoryVersion pinned) => _slots.Claim(pinned.Number);

    public void Leave(int slot) => _slots.Leave(slot);

    /// <summary>Pins the newest version.</summary>
    public MemoryVersion PinNewest()
    {
        while (true)
        {
            MemoryVersion version = Newest;
            if (version.TryPin())
                return version;
        }
    }

    /// <summary>Pins the newest version of which <paramref name="isWanted"/> holds; null when there is none, or none that is still kept.</summary>
    public MemoryVersion? PinLast(Func<MemoryVersion, bool> isWanted)
    {
        lock (_lock)
        {
            MemoryVersion? found = _open.LastOrDefault(isWanted);
            return found is not null && found.TryPin() ? found : null;
        }
    }

    /// <summary>The oldest version that can still be asked for.</summary>
    public MemoryVersion Oldest()
    {
        lock (_lock)
            return _open.Peek();
    }

    private bool IsRetained(MemoryVersion version, long nowMs) =>
        _open.Count <= _retention.Versions && nowMs - version.PublishedAtMs < _retention.Time.TotalMilliseconds;
}
