using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Bench;

/// <summary>A record to send, made at the moment of its sending.</summary>
internal readonly record struct PacedRecord(string Key, byte[] Value, string Id, string Type)
{
    /// <summary>An event of this moment.</summary>
    public static PacedRecord Of(UserEvent happened)
    {
        happened.EventTimeMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return new(happened.UserId, happened.ToByteArray(), happened.EventId, "streaming.v1.UserEvent");
    }

    /// <summary>A creative of this moment.</summary>
    public static PacedRecord Of(Creative creative)
    {
        creative.EventTimeMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return new(creative.CreativeId, creative.ToByteArray(), creative.CreativeId, "streaming.v1.Creative");
    }
}
