namespace Streaming.Runtime.Tasks;

/// <summary>The outcome of one record, with the reason when it was rejected.</summary>
public readonly record struct ProcessResult(ProcessOutcome Outcome, Rejection? Rejection = null)
{
    /// <summary>Applied.</summary>
    public static ProcessResult Applied => new(ProcessOutcome.Applied);

    /// <summary>Skipped as a replay.</summary>
    public static ProcessResult Replayed => new(ProcessOutcome.Replayed);

    /// <summary>Dropped as a duplicate.</summary>
    public static ProcessResult Duplicate => new(ProcessOutcome.Duplicate);

    /// <summary>For the dead-letter topic.</summary>
    public static ProcessResult Rejected(Rejection rejection) => new(ProcessOutcome.Rejected, rejection);
}
