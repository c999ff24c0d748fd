using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;

namespace Streaming.Server.Composition;

/// <summary>
/// Which partitions a role has read as far as they went when they were first seen here: what is asked of such a partition is answered whole. One that
/// leaves and comes back is read again, and so is not among them until then.
/// </summary>
internal sealed class Replayed
{
    private readonly Dictionary<TopicPartition, (long End, long Position)> _seen = [];
    private readonly Lock _lock = new();

    /// <summary>Those among the partitions that a role owns now.</summary>
    public IReadOnlyList<TopicPartition> Of(IReadOnlyList<TaskPosition> positions)
    {
        lock (_lock)
        {
            foreach (var gone in _seen.Keys.Except(positions.Select(p => p.Partition)).ToList())
                _seen.Remove(gone);
            return [.. positions.Where(IsReplayed).Select(p => p.Partition)];
        }
    }

    private bool IsReplayed(TaskPosition position)
    {
        if (position.End is not { } end)
            return false;
        // A task that begins again came back between two looks.
        if (!_seen.TryGetValue(position.Partition, out var seen) || position.Position < seen.Position)
            seen = (end, position.Position);
        _seen[position.Partition] = seen with { Position = position.Position };
        return position.Position >= seen.End;
    }
}
