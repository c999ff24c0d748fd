using Streaming.Memory.Filters;

namespace Streaming.Memory.Snapshots;

/// <summary>Takes attributes of a snapshot, which has them as a namespace does.</summary>
internal static class AttributeReader
{
    /// <param name="path">For messages.</param>
    /// <param name="pairs">As in <see cref="AttributeBytes"/>.</param>
    /// <returns>The same.</returns>
    /// <exception cref="SnapshotException">The lengths do not fit.</exception>
    public static ReadOnlySpan<byte> Check(string path, ReadOnlySpan<byte> pairs)
    {
        BlockCursor cursor = new(path, pairs);
        while (!cursor.IsAtEnd)
        {
            cursor.Take(cursor.Take<uint>());
            cursor.Take(cursor.Take<uint>());
        }
        return pairs;
    }
}
