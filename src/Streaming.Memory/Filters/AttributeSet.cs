namespace Streaming.Memory.Filters;

/// <summary>The attributes of one row. Immutable.</summary>
internal sealed class AttributeSet
{
    private const int ObjectBytes = 160, AttributeBytes = 80, CharBytes = 2;

    /// <summary>Copies the attributes.</summary>
    public AttributeSet(IReadOnlyDictionary<string, string> values)
    {
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

    /// <summary>What the row is found by; see <see cref="AttributeToken"/>.</summary>
    public uint[] Tokens { get; }

    /// <summary>An estimate of the heap bytes.</summary>
    public int SizeBytes { get; }
}
