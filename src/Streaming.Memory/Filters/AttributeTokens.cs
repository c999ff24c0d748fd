namespace Streaming.Memory.Filters;

/// <summary>The tokens that a row is found by: for each value its own, and one for each part of it that ends in a separator.</summary>
internal ref struct AttributeTokens(AttributePairs pairs)
{
    private AttributePairs _pairs = pairs;
    private long _seed;
    private int _seen; // Bytes of the value whose separators were looked for.

    public uint Current { get; private set; }

    public readonly AttributeTokens GetEnumerator() => this;

    public bool MoveNext()
    {
        int next = _pairs.Value[_seen..].IndexOf(AttributeToken.Separator);
        if (next >= 0)
        {
            _seen += next + 1;
            Current = AttributeToken.OfBeginning(_seed, _pairs.Value[.._seen]);
            return true;
        }
        if (!_pairs.MoveNext())
            return false;
        _seed = AttributeToken.Seed(_pairs.Name);
        _seen = 0;
        Current = AttributeToken.OfWhole(_seed, _pairs.Value);
        return true;
    }

    /// <summary>True when a token is among those that come.</summary>
    public bool Contains(uint token)
    {
        while (MoveNext())
        {
            if (Current == token)
                return true;
        }
        return false;
    }
}
