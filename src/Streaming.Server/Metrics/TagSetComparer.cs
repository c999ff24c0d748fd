using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Streaming.Server.Metrics;

/// <summary>Compares the tags of measurements without regard to their order, and finds kept ones by a span, without allocating.</summary>
internal sealed class TagSetComparer : IEqualityComparer<Tag[]>, IAlternateEqualityComparer<ReadOnlySpan<Tag>, Tag[]>
{
    public static TagSetComparer Instance { get; } = new();

    public Tag[] Create(ReadOnlySpan<Tag> alternate) => alternate.ToArray();

    public bool Equals(Tag[]? x, Tag[]? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.AsSpan(), y));

    public int GetHashCode(Tag[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<Tag> alternate, Tag[] other)
    {
        if (alternate.Length != other.Length)
            return false;
        for (int i = 0; i < other.Length; i++)
        {
            // The usual case first: the same call site gives the same order.
            if (!Same(alternate[i], other[i]) && !Contains(other, alternate[i]))
                return false;
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<Tag> alternate)
    {
        int hash = alternate.Length;
        foreach (Tag tag in alternate)
            hash += HashCode.Combine(tag.Key, tag.Value); // a sum, so that the order does not matter
        return hash;
    }

    private static bool Contains(Tag[] tags, Tag tag)
    {
        foreach (Tag other in tags)
        {
            if (Same(tag, other))
                return true;
        }

        return false;
    }

    private static bool Same(Tag a, Tag b) => a.Key == b.Key && Equals(a.Value, b.Value);
}
