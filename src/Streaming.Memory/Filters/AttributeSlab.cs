using Streaming.Memory.Rows;

namespace Streaming.Memory.Filters;

/// <summary>
/// Equal blocks of native memory, each for the attributes of one row:
/// <code>
///   valid from i64 | bytes of the pairs u32 | pairs
/// </code>
/// </summary>
internal sealed unsafe class AttributeSlab(int blockBytes, int blocks) : IDisposable
{
    /// <summary>Before the pairs.</summary>
    public const int HeadBytes = sizeof(long) + sizeof(int);

    private readonly NativeBlock _memory = new((long)blockBytes * blocks);
    private readonly Stack<int> _returned = new();
    private int _reach;

    public int BlockBytes => blockBytes;

    /// <summary>Bytes of the blocks that were ever taken: the memory behind them was never touched.</summary>
    public long TouchedBytes => (long)_reach * blockBytes;

    public bool IsFull => _reach == blocks && _returned.Count == 0;

    public bool IsEmpty => _returned.Count == _reach;

    public AttributeSet this[int block]
    {
        get
        {
            byte* at = _memory.Address + (long)block * blockBytes;
            return new(new ReadOnlySpan<byte>(at + HeadBytes, *(int*)(at + sizeof(long))), *(long*)at);
        }
    }

    /// <returns>The block that holds a copy of the set now.</returns>
    public int Add(AttributeSet set)
    {
        if (!_returned.TryPop(out int block))
            block = _reach++;
        byte* at = _memory.Address + (long)block * blockBytes;
        *(long*)at = set.ValidFromMs;
        *(int*)(at + sizeof(long)) = set.PairBytes.Length;
        set.PairBytes.CopyTo(new Span<byte>(at + HeadBytes, set.PairBytes.Length));
        return block;
    }

    public void Remove(int block) => _returned.Push(block);

    public void Dispose() => _memory.Dispose();
}
