using System.IO.Hashing;
using System.Text;
using Streaming.Memory.Filters;

namespace Streaming.Memory.Snapshots;

/// <summary>Reads the attributes of entries. Names, and values that many entries have, become one string each. For one thread.</summary>
internal sealed class AttributeReader(string path)
{
    private const int KnownNames = 64, KnownValues = 1 << 14;
    private readonly string?[] _names = new string?[KnownNames];
    private readonly (ulong Hash, string Text)[] _values = new (ulong, string)[KnownValues];
    private readonly List<KeyValuePair<string, string>> _pairs = [];
    private readonly List<uint> _tokens = [];

    /// <param name="bytes">The names and values.</param>
    /// <param name="validFromMs">Of the entry; unix ms, 0 = always.</param>
    /// <exception cref="SnapshotException">The lengths do not fit.</exception>
    public AttributeSet Read(ReadOnlySpan<byte> bytes, long validFromMs) => new(Pairs(bytes), validFromMs, _tokens);

    /// <inheritdoc cref="Read"/>
    public KeyValuePair<string, string>[] Pairs(ReadOnlySpan<byte> bytes)
    {
        BlockCursor cursor = new(path, bytes);
        _pairs.Clear();
        while (!cursor.IsAtEnd)
        {
            string name = Name(cursor.Take(cursor.Take<uint>()));
            _pairs.Add(new(name, Value(cursor.Take(cursor.Take<uint>()))));
        }
        return [.. _pairs];
    }

    // An entry's names are mostly those of the entry before, in their order.
    private string Name(ReadOnlySpan<byte> utf8)
    {
        ref string? known = ref _names[_pairs.Count % KnownNames];
        return known is not null && Same(utf8, known) ? known : known = Encoding.UTF8.GetString(utf8);
    }

    private string Value(ReadOnlySpan<byte> utf8)
    {
        ulong hash = XxHash3.HashToUInt64(utf8);
        ref var known = ref _values[hash % KnownValues];
        // The hash first: a string that is another one is not in the cache.
        if (known.Text is null || known.Hash != hash || !Same(utf8, known.Text))
            known = (hash, Encoding.UTF8.GetString(utf8));
        return known.Text;
    }

    // Of ASCII alone: there equal characters are equal bytes. Other text is a string of its own.
    private static bool Same(ReadOnlySpan<byte> utf8, string text) => Ascii.Equals(utf8, text);
}
