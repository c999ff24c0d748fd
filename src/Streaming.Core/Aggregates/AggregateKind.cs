namespace Streaming.Core.Aggregates;

/// <summary>How a declared aggregate is computed from a user's events.</summary>
public enum AggregateKind
{
    /// <summary>Events in the window.</summary>
    Count,

    /// <summary>Sum of the events' values in the window.</summary>
    Sum,

    /// <summary>Value of the newest event by event time; a late event does not overwrite it, a correction does.</summary>
    Last,

    /// <summary>One aggregate divided by another, 0 when the other is 0.</summary>
    Ratio,
}
