namespace Streaming.Core.Aggregates;

/// <summary>The topology's aggregates with references resolved. Immutable; safe for any thread.</summary>
public sealed class AggregatePlan
{
    /// <summary>Resolves <paramref name="definitions"/>, which a validated topology states.</summary>
    /// <exception cref="ArgumentException">A ratio names an aggregate that is not declared before it.</exception>
    public AggregatePlan(IReadOnlyList<AggregateDefinition> definitions)
    {
        Definitions = definitions;
        Numerators = [.. definitions.Select(d => Index(d, d.Of))];
        Denominators = [.. definitions.Select(d => Index(d, d.To))];
    }

    /// <summary>In declared order.</summary>
    public IReadOnlyList<AggregateDefinition> Definitions { get; }

    internal IReadOnlyList<int> Numerators { get; }

    internal IReadOnlyList<int> Denominators { get; }

    private int Index(AggregateDefinition of, string? name)
    {
        if (of.Kind != AggregateKind.Ratio)
            return -1;
        for (var i = 0; i < Definitions.Count && !ReferenceEquals(Definitions[i], of); i++)
        {
            if (Definitions[i].Name == name)
                return i;
        }
        throw new ArgumentException($"aggregate '{of.Name}' refers to '{name}', which is not declared before it");
    }
}
