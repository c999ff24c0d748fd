using System.Buffers.Binary;

namespace Streaming.Memory.Filters;

/// <summary>Names and values, one after the other, as UTF-8.</summary>
/// <param name="bytes">As in <see cref="AttributeBytes"/>, with lengths that fit.</param>
internal ref struct AttributePairs(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        Name = Take();
        Value = Take();
        return true;
    }

    /// <summary>True when there is an attribute of that name, whose value is <see cref="Value"/> then.</summary>
    public bool MoveTo(ReadOnlySpan<byte> name)
    {
        while (MoveNext())
        {
            if (Name.SequenceEqual(name))
                return true;
        }
        return false;
    }

    private ReadOnlySpan<byte> Take()
    {
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        ReadOnlySpan<byte> taken = _rest.Slice(sizeof(uint), bytes);
        _rest = _rest[(sizeof(uint) + bytes)..];
        return taken;
    }
}
