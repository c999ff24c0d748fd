using Streaming.Core.Contracts;

namespace Streaming.Core.Aggregates;

/// <summary>One user's values of the declared aggregates. State; owned by one user actor.</summary>
public sealed class UserAggregates
{
    private readonly AggregatePlan _plan;
    private readonly TileSeries[] _series;
    private readonly long[] _lastTimeMs;
    private readonly double[] _last;

    /// <summary>All windows empty.</summary>
    public UserAggregates(AggregatePlan plan)
    {
        _plan = plan;
        _series = [.. plan.Definitions.Select(_ => new TileSeries())];
        _lastTimeMs = [.. plan.Definitions.Select(_ => long.MinValue)];
        _last = new double[plan.Definitions.Count];
    }

    /// <summary>Applies one event.</summary>
    /// <param name="event">The event.</param>
    /// <param name="newestEventTimeMs">The user's newest event time, this event included.</param>
    public void Apply(UserEvent @event, long newestEventTimeMs)
    {
        for (var i = 0; i < _series.Length; i++)
        {
            var definition = _plan.Definitions[i];
            if (definition.Action is { } action && action != @event.Action)
                continue;
            switch (definition.Kind)
            {
                case AggregateKind.Count:
                    AddToWindow(i, definition, @event.EventTimeMs, 1, newestEventTimeMs);
                    break;
                case AggregateKind.Sum:
                    AddToWindow(i, definition, @event.EventTimeMs, @event.Value, newestEventTimeMs);
                    break;
                case AggregateKind.Last when @event.Correction || @event.EventTimeMs >= _lastTimeMs[i]:
                    _last[i] = @event.Value;
                    _lastTimeMs[i] = Math.Max(_lastTimeMs[i], @event.EventTimeMs);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Writes the values as of <paramref name="newestEventTimeMs"/>, in declared order.</summary>
    public void Read(long newestEventTimeMs, Span<double> values)
    {
        for (var i = 0; i < _series.Length; i++)
        {
            var definition = _plan.Definitions[i];
            values[i] = definition.Kind switch
            {
                AggregateKind.Ratio => Ratio(values[_plan.Numerators[i]], values[_plan.Denominators[i]]),
                AggregateKind.Last => _last[i],
                _ => _series[i].Total(newestEventTimeMs / TileSeries.TileMs(definition.Window)),
            };
        }
    }

    /// <summary>The stored form.</summary>
    public IEnumerable<AggregateState> Save()
    {
        for (var i = 0; i < _series.Length; i++)
        {
            var state = new AggregateState { Name = _plan.Definitions[i].Name, TileMs = TileMs(_plan.Definitions[i]) };
            foreach (var (tile, value) in _series[i].Tiles)
            {
                state.Tiles.Add(tile);
                state.Values.Add(value);
            }
            if (_lastTimeMs[i] != long.MinValue)
            {
                state.Tiles.Add(_lastTimeMs[i]);
                state.Values.Add(_last[i]);
            }
            if (state.Tiles.Count > 0)
                yield return state;
        }
    }

    /// <summary>Takes back what <see cref="Save"/> gave. A state whose aggregate is no longer declared, or has another window, is left out; a new aggregate starts empty.</summary>
    public void Load(IEnumerable<AggregateState> states)
    {
        foreach (var state in states)
        {
            for (var i = 0; i < _series.Length; i++)
            {
                if (_plan.Definitions[i].Name == state.Name && TileMs(_plan.Definitions[i]) == state.TileMs)
                    Load(i, state);
            }
        }
    }

    private void Load(int index, AggregateState state)
    {
        if (_plan.Definitions[index].Kind == AggregateKind.Last)
        {
            (_lastTimeMs[index], _last[index]) = (state.Tiles[0], state.Values[0]);
            return;
        }
        for (var t = 0; t < state.Tiles.Count; t++)
            _series[index].Restore(state.Tiles[t], state.Values[t]);
    }

    private void AddToWindow(int index, AggregateDefinition definition, long eventTimeMs, double value, long newestEventTimeMs)
    {
        var tileMs = TileSeries.TileMs(definition.Window);
        _series[index].Add(eventTimeMs / tileMs, value, newestEventTimeMs / tileMs);
    }

    private static long TileMs(AggregateDefinition definition) =>
        definition.Kind is AggregateKind.Count or AggregateKind.Sum ? TileSeries.TileMs(definition.Window) : 0;

    private static double Ratio(double of, double to) => to == 0 ? 0 : of / to;
}
