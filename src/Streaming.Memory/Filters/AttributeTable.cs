using System.Collections.ObjectModel;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Filters;

/// <summary>
/// The attributes of rows, by handle; handle 0 is none. One writer; a reader may look up the handle of a row that its version sees while the writer
/// adds and removes others. A handle is the number of a slab, from 1 on, and of a block in it.
/// </summary>
/// <remarks>
/// In native memory: as millions of small objects they were copied by the collections that met them, twice each, while all threads stood still. A slab
/// without a set is freed.
/// </remarks>
internal sealed class AttributeTable
{
    private const int BlockBits = 12;
    private const int MostBlocks = 1 << BlockBits;
    private const int MostSlabs = int.MaxValue >> BlockBits;

    // So small that those of many sizes do not add up.
    private const int SlabBytes = 1 << 16;

    // Sizes are rounded up to these: a set of another length may then have a block's memory after it.
    private const int SmallStep = 16, MiddleStep = 256, LargeStep = 4_096, Middle = 1_024, Large = 8_192;

    private readonly Dictionary<int, List<int>> _roomy = [];
    private readonly Stack<int> _freed = new();
    private AttributeSlab?[] _slabs = new AttributeSlab?[16];
    private int _used;

    /// <summary>Bytes of the blocks ever touched in the slabs there are.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>None for handle 0. It can be read until the handle is removed.</summary>
    public AttributeSet this[int handle] => handle == 0 ? default : Volatile.Read(ref _slabs)[SlabOf(handle)]![BlockOf(handle)];

    /// <summary>True when a row has begun and not ended to be valid. The attributes are looked at only where they say from when.</summary>
    public bool IsValid(Row row, long nowMs) => !row.IsExpired(nowMs) && (!row.HasValidFrom || this[row.Attributes].ValidFromMs <= nowMs);

    /// <summary>From when a row is valid; unix ms, 0 = always.</summary>
    public long ValidFromMs(Row row) => row.HasValidFrom ? this[row.Attributes].ValidFromMs : 0;

    /// <summary>A copy of the attributes by name; never null.</summary>
    public IReadOnlyDictionary<string, string> Values(int handle) =>
        this[handle].PairBytes is { IsEmpty: false } pairs ? new AttributeValues(pairs.ToArray()) : ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Copies the attributes.</summary>
    /// <param name="attributes">Null = none.</param>
    /// <param name="validFromMs">Unix ms; 0 = always.</param>
    public int Add(IReadOnlyDictionary<string, string>? attributes, long validFromMs) => Add(new AttributeSet(AttributeBytes.Of(attributes), validFromMs));

    /// <summary>Copies the attributes.</summary>
    /// <exception cref="InvalidOperationException">Handles can name no more: keep fewer entries or older versions.</exception>
    public int Add(AttributeSet set)
    {
        if (set.IsNone)
            return 0;
        int bytes = Rounded(AttributeSlab.HeadBytes + set.PairBytes.Length);
        if (!_roomy.TryGetValue(bytes, out List<int>? roomy))
            _roomy.Add(bytes, roomy = []);
        if (roomy.Count == 0)
            roomy.Add(AddSlab(bytes));
        int number = roomy[^1];
        AttributeSlab slab = _slabs[number]!;
        SizeBytes -= slab.TouchedBytes;
        int block = slab.Add(set);
        SizeBytes += slab.TouchedBytes;
        if (slab.IsFull)
            roomy.RemoveAt(roomy.Count - 1);
        return ((number + 1) << BlockBits) | block;
    }

    /// <summary>Gives a handle other than 0 back, when no reader can hold a row with it any more.</summary>
    public void Remove(int handle)
    {
        int number = SlabOf(handle);
        AttributeSlab slab = _slabs[number]!;
        List<int> roomy = _roomy[slab.BlockBytes];
        if (slab.IsFull)
            roomy.Add(number);
        slab.Remove(BlockOf(handle));
        if (!slab.IsEmpty)
            return;
        roomy.Remove(number);
        SizeBytes -= slab.TouchedBytes;
        _slabs[number] = null;
        _freed.Push(number);
        slab.Dispose();
    }

    private static int SlabOf(int handle) => (handle >> BlockBits) - 1;

    private static int BlockOf(int handle) => handle & (MostBlocks - 1);

    private static int Rounded(int bytes)
    {
        int step = bytes <= Middle ? SmallStep : bytes <= Large ? MiddleStep : LargeStep;
        return (bytes + step - 1) / step * step;
    }

    private int AddSlab(int blockBytes)
    {
        if (!_freed.TryPop(out int number))
            number = _used++;
        if (number + 1 >= MostSlabs)
            throw new InvalidOperationException($"A memory namespace holds attributes in at most {MostSlabs - 1} slabs, those of older versions included.");
        if (number == _slabs.Length)
        {
            AttributeSlab?[] grown = new AttributeSlab?[_slabs.Length * 2];
            _slabs.CopyTo(grown, 0);
            Volatile.Write(ref _slabs, grown);
        }
        Volatile.Write(ref _slabs[number], new AttributeSlab(blockBytes, Math.Clamp(SlabBytes / blockBytes, 1, MostBlocks)));
        return number;
    }
}
