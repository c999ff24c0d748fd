namespace Streaming.Memory.Filters;

/// <summary>The attributes of one row, and from when it is valid. Immutable.</summary>
internal sealed class AttributeSet
{
    private const int ObjectBytes = 128, AttributeBytes = 64, CharBytes = 2;

    /// <summary>Copies the attributes.</summary>
    public AttributeSet(IReadOnlyDictionary<string, string> values, long validFromMs)
        : this([.. values], validFromMs, [])
    {
    }

    /// <param name="values">Of different names; not copied.</param>
    /// <param name="validFromMs">Unix ms; 0 = always.</param>
    /// <param name="tokens">Room to work in; what it holds is dropped.</param>
    public AttributeSet(KeyValuePair<string, string>[] values, long validFromMs, List<uint> tokens)
    {
        Values = new AttributeValues(values);
        ValidFromMs = validFromMs;
        tokens.Clear();
        int bytes = ObjectBytes;
        foreach (var (name, value) in values)
        {
            AttributeToken.AddAll(name, value, tokens);
            bytes += AttributeBytes + (name.Length + value.Length) * CharBytes;
        }
        Tokens = [.. tokens];
        SizeBytes = bytes + Tokens.Length * sizeof(uint);
    }

    public AttributeValues Values { get; }

    /// <summary>First instant at which the row is found; unix ms, 0 = always.</summary>
    public long ValidFromMs { get; }

    /// <summary>What the row is found by; see <see cref="AttributeToken"/>.</summary>
    public uint[] Tokens { get; }

    /// <summary>An estimate of the heap bytes.</summary>
    public int SizeBytes { get; }
}
