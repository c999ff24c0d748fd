using System.Buffers.Binary;
using System.Text;

namespace Streaming.Core.Partitioning;

/// <summary>
/// Kafka's default partitioner: 32-bit MurmurHash2 of the key with seed 0x9747b28c, sign bit cleared, modulo the partition count
/// (org.apache.kafka.clients.producer.internals.BuiltInPartitioner). Java producers and this platform so agree where a key lives.
/// </summary>
public static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint M = 0x5bd1e995;

    /// <summary>Partition of a UTF-8 key; <paramref name="partitions"/> must be positive.</summary>
    public static int Partition(string key, int partitions)
    {
        Span<byte> buffer = stackalloc byte[512];
        var length = Encoding.UTF8.GetByteCount(key);
        var bytes = length <= buffer.Length ? buffer[..length] : new byte[length];
        Encoding.UTF8.GetBytes(key, bytes);
        return Partition(bytes, partitions);
    }

    /// <summary>Partition of a key's bytes; <paramref name="partitions"/> must be positive.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & 0x7fffffff) % partitions;

    private static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        while (data.Length >= 4)
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * M;
            k = (k ^ (k >> 24)) * M;
            hash = (hash * M) ^ k;
            data = data[4..];
        }
        if (data.Length >= 3)
            hash ^= (uint)data[2] << 16;
        if (data.Length >= 2)
            hash ^= (uint)data[1] << 8;
        if (data.Length >= 1)
            hash = (hash ^ data[0]) * M;
        hash = (hash ^ (hash >> 13)) * M;
        return hash ^ (hash >> 15);
    }
}
