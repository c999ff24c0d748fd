namespace Streaming.Core.Aggregates;

/// <summary>One declared feature over a user's events, as a topology states it.</summary>
public sealed record AggregateDefinition
{
    /// <summary>Name in the feature record; unique in the topology.</summary>
    public required string Name { get; init; }

    /// <summary>How it is computed.</summary>
    public AggregateKind Kind { get; init; }

    /// <summary>Only events of this action; null = every action.</summary>
    public string? Action { get; init; }

    /// <summary>Length of the window for <see cref="AggregateKind.Count"/> and <see cref="AggregateKind.Sum"/>.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>For <see cref="AggregateKind.Ratio"/>: the aggregate above the line, declared earlier.</summary>
    public string? Of { get; init; }

    /// <summary>For <see cref="AggregateKind.Ratio"/>: the aggregate below the line, declared earlier.</summary>
    public string? To { get; init; }
}
