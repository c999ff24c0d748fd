namespace Streaming.Memory.Filters;

/// <summary>The attributes of one row, and from when it is valid. Immutable.</summary>
internal sealed class AttributeSet
{
    private const int ObjectBytes = 160, AttributeBytes = 80, CharBytes = 2;

    /// <summary>Copies the attributes.</summary>
    public AttributeSet(IReadOnlyDictionary<string, string> values, long validFromMs)
    {
        ValidFromMs = validFromMs;
        Values = new Dictionary<string, string>(values, StringComparer.Ordinal).AsReadOnly();
        List<uint> tokens = [];
        int bytes = ObjectBytes;
        foreach (var (name, value) in values)
        {
            AttributeToken.AddAll(name, value, tokens);
            bytes += AttributeBytes + (name.Length + value.Length) * CharBytes;
        }
        Tokens = [.. tokens];
        SizeBytes = bytes + Tokens.Length * sizeof(uint);
    }

    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>First instant at which the row is found; unix ms, 0 = always.</summary>
    public long ValidFromMs { get; }

    /// <summary>What the row is found by; see <see cref="AttributeToken"/>.</summary>
    public uint[] Tokens { get; }

    /// <summary>An estimate of the heap bytes.</summary>
    public int SizeBytes { get; }
}
