using System.Buffers.Binary;
using Streaming.Memory.Filters;

namespace Streaming.Memory.Snapshots;

/// <summary>A block of entries, taken apart into its columns.</summary>
internal sealed class EntryBlock
{
    // So many are expected of an entry.
    private const int Tokens = 8;

    private readonly Block _block;
    private readonly int _idBytes;
    private readonly int _attributeBytes;

    /// <param name="path">For messages.</param>
    /// <param name="block">The block; its owner keeps it until the columns were read.</param>
    /// <param name="vectorBytes">Of an entry of a list.</param>
    /// <param name="codesOf">Codes of the entries of a partition.</param>
    /// <exception cref="SnapshotException">The columns do not fit.</exception>
    public EntryBlock(string path, Block block, int vectorBytes, Func<int, int> codesOf)
    {
        _block = block;
        BlockCursor cursor = block.Cursor();
        Partition = cursor.Take<int>();
        var heads = cursor.Take((long)block.Items * SnapshotFormat.EntryHeadBytes);
        long idBytes = 0;
        for (int entry = 0; entry < block.Items; entry++)
            idBytes += BinaryPrimitives.ReadUInt32LittleEndian(heads[(entry * SnapshotFormat.EntryHeadBytes + 24)..]);
        cursor.Take(idBytes);
        _idBytes = (int)idBytes;
        VectorBytes = Partition == SnapshotFormat.Facts ? 0 : vectorBytes;
        Codes = Partition == SnapshotFormat.Facts ? 0 : codesOf(Partition);
        cursor.Take((long)block.Items * VectorBytes);
        cursor.Take((long)block.Items * Codes / 2);
        Listed = cursor.IsAtEnd ? [] : new(block.Items * Tokens);
        for (int entry = 0; entry < block.Items; entry++)
        {
            var head = heads[(entry * SnapshotFormat.EntryHeadBytes)..];
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(head[28..]);
            ReadOnlySpan<byte> pairs = AttributeReader.Check(path, cursor.Take(bytes));
            _attributeBytes += pairs.Length;
            foreach (uint token in new AttributeTokens(new(pairs)))
                Listed.Add((token, entry));
        }
        if (!cursor.IsAtEnd)
            throw new SnapshotException(path, "a block of entries holds more than its columns");
    }

    /// <summary>Where the entries are, or <see cref="SnapshotFormat.Facts"/>.</summary>
    public int Partition { get; }

    public int Count => _block.Items;

    /// <summary>Of each entry.</summary>
    public int VectorBytes { get; }

    /// <summary>Codes an entry has, two a byte.</summary>
    public int Codes { get; }

    public ReadOnlySpan<byte> Heads => _block.Payload.Slice(sizeof(int), Count * SnapshotFormat.EntryHeadBytes);

    public ReadOnlySpan<byte> Ids => _block.Payload.Slice(sizeof(int) + Heads.Length, _idBytes);

    public ReadOnlySpan<byte> Vectors => _block.Payload.Slice(sizeof(int) + Heads.Length + _idBytes, Count * VectorBytes);

    public ReadOnlySpan<byte> PackedCodes => _block.Payload.Slice(sizeof(int) + Heads.Length + _idBytes + Count * VectorBytes, Count * Codes / 2);

    /// <summary>As in <see cref="AttributeBytes"/>, with lengths that fit.</summary>
    public ReadOnlySpan<byte> Attributes => _block.Payload[^_attributeBytes..];

    /// <summary>The tokens of the attributes, each with its entry in the place of the entry's row.</summary>
    public List<(uint Token, int Row)> Listed { get; }
}
