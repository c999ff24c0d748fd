namespace Streaming.Core.Partitioning;

/// <summary>FNV-1a, 64 bits (Fowler, Noll, Vo): the same on every machine and in every run, unlike <see cref="string.GetHashCode()"/>.</summary>
public static class StableHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Hash of the UTF-16 code units.</summary>
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = OffsetBasis;
        foreach (var c in text)
        {
            hash = (hash ^ (byte)c) * Prime;
            hash = (hash ^ (byte)(c >> 8)) * Prime;
        }
        return hash;
    }

    /// <summary>Hash of <paramref name="bytes"/>, continued from <paramref name="hash"/>.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong hash = OffsetBasis)
    {
        foreach (var b in bytes)
            hash = (hash ^ b) * Prime;
        return hash;
    }
}
