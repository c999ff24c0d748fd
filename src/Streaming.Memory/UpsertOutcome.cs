namespace Streaming.Memory;

/// <summary>What an upsert did. Only the first two change what a query can find.</summary>
public enum UpsertOutcome
{
    /// <summary>The id was not in the namespace and now is.</summary>
    Inserted,

    /// <summary>The id's older entry ended and this one began.</summary>
    Replaced,

    /// <summary>A newer write or removal of the id is known; nothing changed.</summary>
    Stale,

    /// <summary>The very same write was applied before; nothing changed.</summary>
    Duplicate,

    /// <summary>The newest write of its id, but already expired: the id is now absent.</summary>
    Expired,

    /// <summary>The newest write of its id, but older than a delete by a filter that it satisfies: the id is now absent.</summary>
    Deleted,

    /// <summary>The namespace is full of entries with newer event times: the id is now absent.</summary>
    Evicted,
}
