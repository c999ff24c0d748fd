using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;

namespace Streaming.Server.Composition;

/// <summary>
/// Which partitions of a role have caught up since they were assigned. A partition has once it was near its end; from then on it may fall
/// behind as far as a burst takes it, so that a burst does not take every instance out of service at once.
/// </summary>
internal sealed class CaughtUp
{
    private const long Near = 100;
    private const long Far = 20_000;
    private readonly HashSet<TopicPartition> _caughtUp = [];
    private readonly Lock _lock = new();

    /// <summary>The partitions that are too far behind to serve from.</summary>
    public IReadOnlyList<TaskPosition> Behind(IReadOnlyList<TaskPosition> positions)
    {
        lock (_lock)
        {
            _caughtUp.IntersectWith(positions.Select(p => p.Partition));
            foreach (var position in positions)
            {
                if (position.Lag <= Near)
                    _caughtUp.Add(position.Partition);
            }
            return [.. positions.Where(p => !_caughtUp.Contains(p.Partition) || p.Lag is null or > Far)];
        }
    }
}
