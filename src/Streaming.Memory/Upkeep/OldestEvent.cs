using Streaming.Memory.Rows;

namespace Streaming.Memory.Upkeep;

/// <summary>How far back the entries reach. Whoever asks gets a bound at once, which the next publishes bring up to the entries that are left.</summary>
internal sealed class OldestEvent(RowStore rows)
{
    // About as long as a dozen writes take.
    private const int BlocksAtOnce = 1;

    private bool _isAsked;

    /// <summary>True when somebody asked since the bound was last exact.</summary>
    public bool HasWork => Volatile.Read(ref _isAsked);

    /// <summary>No entry has an earlier event time; unix ms, null when there is no entry. Any thread.</summary>
    public long? Ask()
    {
        Volatile.Write(ref _isAsked, true);
        return rows.OldestEventMs();
    }

    /// <summary>Raises the bound towards the oldest entry. The writer's.</summary>
    public void Run()
    {
        if (HasWork && rows.RaiseOldest(BlocksAtOnce))
            Volatile.Write(ref _isAsked, false);
    }
}
