using System.IO.Hashing;

namespace Streaming.Memory.Snapshots;

/// <summary>The checksum of a block: of its payload, its head, and its place among the blocks.</summary>
internal static class BlockChecksum
{
    private const int CheckedHeadBytes = 16;

    /// <summary>The seed for the payload's hash.</summary>
    public static ulong Seed(ReadOnlySpan<byte> head, int number) => XxHash3.HashToUInt64(head[..CheckedHeadBytes], number);

    public static ulong Of(ReadOnlySpan<byte> head, int number, ReadOnlySpan<byte> payload) => XxHash3.HashToUInt64(payload, (long)Seed(head, number));
}
