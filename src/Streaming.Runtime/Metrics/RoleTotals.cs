using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Metrics;

/// <summary>Counts of a role's records by outcome. Safe for any thread.</summary>
public sealed class RoleTotals
{
    private readonly long[] _counts = new long[Enum.GetValues<ProcessOutcome>().Length];

    /// <summary>Records with an outcome.</summary>
    public long this[ProcessOutcome outcome] => Volatile.Read(ref _counts[(int)outcome]);

    /// <summary>Records in all.</summary>
    public long All => _counts.Sum();

    internal void Count(ProcessOutcome outcome) => Interlocked.Increment(ref _counts[(int)outcome]);
}
