namespace Streaming.Runtime.Tasks;

/// <summary>What became of one record.</summary>
public enum ProcessOutcome
{
    /// <summary>Applied; its features are published, or will be by the end of the batch.</summary>
    Applied,

    /// <summary>At or below the version that the state already holds: a replay, skipped.</summary>
    Replayed,

    /// <summary>Its event id was applied before: an upstream duplicate, dropped.</summary>
    Duplicate,

    /// <summary>Sent to the dead-letter topic.</summary>
    Rejected,
}
