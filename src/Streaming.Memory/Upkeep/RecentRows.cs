namespace Streaming.Memory.Upkeep;

/// <summary>The rows written last, by number; the oldest is forgotten. The writer's.</summary>
internal sealed class RecentRows
{
    private const int Most = 65_536;

    private readonly int[] _rows = new int[Most];
    private long _written;
    private long _mark;

    /// <summary>True when all that are remembered were written after the mark.</summary>
    public bool AreAllAfterMark => _written - _mark >= Most;

    public void Add(int row) => _rows[_written++ % Most] = row;

    public void Mark() => _mark = _written;

    /// <summary>The newest ones, at most so many. Some may have ended, or their numbers be used again.</summary>
    public int[] Newest(int most)
    {
        var newest = new int[Math.Min(Math.Min(most, Most), _written)];
        for (int i = 0; i < newest.Length; i++)
            newest[i] = _rows[(_written - 1 - i) % Most];
        return newest;
    }
}
