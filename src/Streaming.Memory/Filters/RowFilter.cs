namespace Streaming.Memory.Filters;

/// <summary>The attributes that a search or a delete wants, all of them.</summary>
internal sealed class RowFilter(IReadOnlyDictionary<string, string> wanted)
{
    private readonly (string Name, string Value)[] _wanted = [.. wanted.Select(pair => (pair.Key, pair.Value))];

    /// <summary>Null when nothing is wanted.</summary>
    public static RowFilter? Of(IReadOnlyDictionary<string, string>? wanted) => wanted is { Count: > 0 } ? new(wanted) : null;

    /// <summary>The wanted attribute that the fewest rows are listed for.</summary>
    public (uint Token, int Listed) Rarest(AttributeIndex index)
    {
        (uint Token, int Listed) rarest = (0, int.MaxValue);
        foreach (var (name, value) in _wanted)
        {
            uint token = AttributeToken.Of(name, value);
            int listed = index.Find(token).Length;
            if (listed < rarest.Listed)
                rarest = (token, listed);
        }
        return rarest;
    }

    public bool Matches(AttributeSet? attributes) => attributes is not null && Matches(attributes.Values);

    public bool Matches(IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (name, value) in _wanted)
        {
            if (!attributes.TryGetValue(name, out string? held) || !IsWanted(held, value))
                return false;
        }
        return true;
    }

    private static bool IsWanted(string held, string wanted) =>
        string.Equals(held, wanted, StringComparison.Ordinal)
        || (AttributeToken.IsPrefix(wanted) && held.AsSpan().StartsWith(wanted.AsSpan(0, wanted.Length - 1), StringComparison.Ordinal));
}
