namespace Streaming.Memory.Upkeep;

/// <summary>
/// Spreads upkeep over the writes that cause it: a little before every few of them and the rest when they are published, so that a publish has a bounded
/// amount to do however large its batch was. The writer's.
/// </summary>
/// <param name="interval">Rows that begin or end from one time to the next: a few of the batches that rows are placed and told of in.</param>
/// <param name="learner">Has entries to move.</param>
/// <param name="reclaimer">Has space to reclaim.</param>
/// <param name="least">Entries that a publish and the writes before it move, if there are so many. A publish moves no more, and with its writes reclaims three times as many.</param>
internal sealed class UpkeepPace(int interval, Learner learner, Reclaimer reclaimer, int least = UpkeepPace.Least)
{
    private const int MovesPerWrite = 2; // One would keep pace with lists that double.
    private const int ReclaimedPerWrite = 4; // A chunk is emptied when a quarter has ended.

    /// <summary>Moving them takes some 2 ms.</summary>
    public const int Least = 2_048;

    private readonly int _mostReclaimed = 3 * least;
    private int _last;
    private int _moved;
    private int _reclaimed;

    /// <summary>Does what the batch owes by now. Before a write: within one, what it has looked up must stay where it is.</summary>
    /// <param name="writes">Rows that began or ended in the batch.</param>
    public void BeforeWrite(int writes)
    {
        if (writes - _last < interval)
            return;
        _last = writes;
        if (!learner.IsMoving && !reclaimer.IsWaiting)
            return;
        Settle();
        // What a write ended at once, such as all entries of a source, is left to the publishes: no turn does more than another.
        _moved += learner.Move(interval * MovesPerWrite);
        _reclaimed += reclaimer.Run(interval * ReclaimedPerWrite);
    }

    /// <summary>The batch was published.</summary>
    /// <param name="writes">Rows that began or ended in it.</param>
    public void Published(int writes)
    {
        learner.Run(Math.Clamp(Math.Max(least, MovesPerWrite * writes) - _moved, 0, least));
        if (writes == 0)
            reclaimer.Tidy();
        reclaimer.Run(Math.Max(0, _mostReclaimed - _reclaimed));
        _last = _moved = _reclaimed = 0;
    }

    /// <summary>Tells lists and chunks what was written, after which entries may be moved.</summary>
    public void Settle()
    {
        learner.PlaceWaiting();
        reclaimer.NoteEnding();
    }
}
