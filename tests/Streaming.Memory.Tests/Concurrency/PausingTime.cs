namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// A clock at which a search stands still: one with a time budget asks it between two lists. What goes on meanwhile runs in the call, so that an
/// interleaving is forced and not waited for.
/// </summary>
/// <param name="pauseAt">Which question it is that waits, from 0 on.</param>
/// <param name="meanwhile">What happens until it is answered.</param>
internal sealed class PausingTime(int pauseAt, Action meanwhile) : TimeProvider
{
    private int _asked;

    /// <summary>False when there were not so many questions.</summary>
    public bool HasPaused => _asked > pauseAt;

    public override long GetTimestamp()
    {
        if (_asked++ == pauseAt)
            meanwhile();
        return 0;
    }
}
