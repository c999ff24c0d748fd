namespace Streaming.Memory;

/// <summary>Why an entry left without another one of its id in its place.</summary>
public enum DepartureReason
{
    /// <summary>A delete by key or by filter.</summary>
    Deleted,

    /// <summary>Its life was over.</summary>
    Expired,

    /// <summary>The namespace was full.</summary>
    Evicted,
}
