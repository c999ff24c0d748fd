namespace Streaming.Memory;

/// <summary>What a delete did.</summary>
public enum DeleteOutcome
{
    /// <summary>The id's entry ended.</summary>
    Deleted,

    /// <summary>The id had no entry; the delete is remembered against older upserts that are still to come.</summary>
    Recorded,

    /// <summary>A newer write or removal of the id is known; nothing changed.</summary>
    Stale,

    /// <summary>The very same write was applied before; nothing changed.</summary>
    Duplicate,
}
