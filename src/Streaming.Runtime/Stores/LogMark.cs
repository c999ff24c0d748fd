using System.Buffers.Binary;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Stores;

/// <summary>
/// A fingerprint of one record of a log: its offset with a hash of its append time, key and value. Kept with the state, it tells a topic from
/// another of the same name: after a topic was deleted and made again, the record at that offset is another one.
/// </summary>
public readonly record struct LogMark(long Offset, ulong Hash)
{
    /// <summary>The fingerprint of <paramref name="record"/>.</summary>
    public static LogMark Of(InputRecord record)
    {
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(time, record.AppendTimeMs);
        var hash = StableHash.Of(time);
        hash = StableHash.Of(record.Key, hash);
        return new(record.Offset, StableHash.Of(record.Value, hash));
    }
}
