using Streaming.Memory.Filters;

namespace Streaming.Memory.Snapshots;

/// <summary>Takes attributes as a namespace holds them, which is as a snapshot has them, once their lengths are known to fit.</summary>
internal static class AttributeReader
{
    /// <param name="path">For messages.</param>
    /// <param name="pairs">The names and values.</param>
    /// <param name="validFromMs">Of the entry; unix ms, 0 = always.</param>
    /// <exception cref="SnapshotException">The lengths do not fit.</exception>
    public static AttributeSet Read(string path, ReadOnlySpan<byte> pairs, long validFromMs)
    {
        BlockCursor cursor = new(path, pairs);
        while (!cursor.IsAtEnd)
        {
            cursor.Take(cursor.Take<uint>());
            cursor.Take(cursor.Take<uint>());
        }
        return AttributeSet.Of(pairs, validFromMs);
    }
}
