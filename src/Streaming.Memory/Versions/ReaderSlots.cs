namespace Streaming.Memory.Versions;

/// <summary>
/// The versions that searches in flight are reading. A search claims a slot, writes its version into it and clears it when it leaves;
/// the writer reclaims nothing that a version in a slot may still meet.
/// </summary>
/// <remarks>
/// Claiming is an interlocked exchange, hence a full fence: whatever the search reads afterwards is at least as new as what the writer had
/// unlinked before it found the slot empty. A search re-reads the newest version after its claim, so that the writer cannot have
/// looked at the slot before the claim and published after it (see <see cref="VersionLog.Enter"/>).
/// </remarks>
internal sealed class ReaderSlots
{
    /// <summary>Searches at once; one more waits for a slot.</summary>
    public const int Count = 128;

    private const int Spacing = 8; // A cache line a slot.
    private readonly long[] _slots = new long[Count * Spacing];

    /// <summary>Claims a slot for a version.</summary>
    public int Claim(long version)
    {
        SpinWait spin = default;
        for (int slot = Environment.CurrentManagedThreadId % Count; ; slot = (slot + 1) % Count)
        {
            if (Interlocked.CompareExchange(ref _slots[slot * Spacing], version + 1, 0) == 0)
                return slot;
            if (slot == Count - 1)
                spin.SpinOnce();
        }
    }

    /// <summary>Moves a claimed slot to another version, with a full fence.</summary>
    public void Move(int slot, long version) => Interlocked.Exchange(ref _slots[slot * Spacing], version + 1);

    public void Leave(int slot) => Volatile.Write(ref _slots[slot * Spacing], 0);

    /// <summary>The oldest version in a slot; <see cref="long.MaxValue"/> when no search is in flight.</summary>
    public long Oldest()
    {
        Interlocked.MemoryBarrier();
        long oldest = long.MaxValue;
        for (int slot = 0; slot < Count; slot++)
        {
            long claimed = Volatile.Read(ref _slots[slot * Spacing]);
            if (claimed != 0)
                oldest = Math.Min(oldest, claimed - 1);
        }
        return oldest;
    }
}
