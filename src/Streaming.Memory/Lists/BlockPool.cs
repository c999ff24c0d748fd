using Streaming.Memory.Rows;

namespace Streaming.Memory.Lists;

/// <summary>Equal blocks of native memory, cut from slabs. A slab whose blocks all came back is freed. The writer's.</summary>
internal sealed unsafe class BlockPool(int blockBytes)
{
    private const int SlabBytes = NativeBlock.HugePage; // A slab less than a huge page would have none.

    private readonly int _blocksPerSlab = Math.Max(1, SlabBytes / blockBytes);
    private readonly List<Slab> _roomy = [];

    public long SizeBytes { get; private set; }

    /// <summary>A zeroed or used block; it goes back by <see cref="Return"/>.</summary>
    public Block Rent()
    {
        if (_roomy.Count == 0)
        {
            _roomy.Add(new Slab(Math.Max(SlabBytes, blockBytes), _blocksPerSlab));
            SizeBytes += _roomy[0].Memory.Bytes;
        }
        Slab slab = _roomy[^1];
        int index = slab.Free.Pop();
        if (slab.Free.Count == 0)
            _roomy.RemoveAt(_roomy.Count - 1);
        return new Block(slab.Memory.Address + (long)index * blockBytes, slab, index);
    }

    public void Return(Block block)
    {
        Slab slab = block.Slab;
        if (slab.Free.Count == 0)
            _roomy.Add(slab);
        slab.Free.Push(block.Index);
        if (slab.Free.Count < _blocksPerSlab)
            return;
        _roomy.Remove(slab);
        SizeBytes -= slab.Memory.Bytes;
        slab.Memory.Dispose();
    }

    /// <summary>One block of a slab.</summary>
    public readonly struct Block(byte* address, Slab slab, int index)
    {
        public byte* Address { get; } = address;

        public Slab Slab { get; } = slab;

        public int Index { get; } = index;
    }

    /// <summary>One allocation and its free blocks.</summary>
    public sealed class Slab(int bytes, int blocks)
    {
        public NativeBlock Memory { get; } = new(bytes);

        public Stack<int> Free { get; } = new(Enumerable.Range(0, blocks).Reverse());
    }
}
