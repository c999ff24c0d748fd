namespace Streaming.Memory.Rules;

/// <summary>Which entry leaves first when a namespace is full and nothing has expired.</summary>
public enum EvictionOrder
{
    /// <summary>The one with the oldest event time. What stays depends on the writes alone.</summary>
    Oldest,

    /// <summary>
    /// The one that was used the longest ago: found by a search or looked up by its key, to the second, or never since its event time, which counts as a use.
    /// What stays depends on the searches too, and uses are forgotten when the memory is rebuilt.
    /// </summary>
    LeastRecentlyUsed,
}
