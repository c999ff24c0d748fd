using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Workloads;

/// <summary>One record to produce: a creative, a user event, or bytes that are neither.</summary>
/// <remarks>The record owns its message: a source never changes or reuses it after handing it out.</remarks>
public readonly record struct WorkloadRecord
{
    private readonly object _payload;

    private WorkloadRecord(WorkloadKind kind, long index, string key, object payload, WorkloadFault fault)
    {
        _payload = payload;
        Kind = kind;
        Index = index;
        Key = key;
        Fault = fault;
    }

    /// <summary>What the record carries, and with it the topic that it is for.</summary>
    public WorkloadKind Kind { get; }

    /// <summary>Position in the stream of its source: unique and increasing, from 0.</summary>
    public long Index { get; }

    /// <summary>Key of the record: a creative's or a user's ID; empty where a bad event has no user.</summary>
    public string Key { get; }

    /// <summary>What is wrong with the record on purpose.</summary>
    public WorkloadFault Fault { get; }

    /// <summary>The creative, or null for another <see cref="Kind"/>.</summary>
    public Creative? Creative => _payload as Creative;

    /// <summary>The user event, or null for another <see cref="Kind"/>.</summary>
    public UserEvent? Event => _payload as UserEvent;

    /// <summary>The value of the record: the message in protobuf, or the raw bytes.</summary>
    public byte[] ToBytes() => _payload is IMessage message ? message.ToByteArray() : (byte[])_payload;

    /// <summary>A record of a creative, keyed by its ID.</summary>
    public static WorkloadRecord Of(long index, Creative creative, WorkloadFault fault = WorkloadFault.None) =>
        new(WorkloadKind.Creative, index, creative.CreativeId, creative, fault);

    /// <summary>A record of a user event, keyed by its user.</summary>
    public static WorkloadRecord Of(long index, UserEvent userEvent, WorkloadFault fault = WorkloadFault.None) =>
        new(WorkloadKind.Event, index, userEvent.UserId, userEvent, fault);

    /// <summary>A record of bytes that cannot be read as a user event.</summary>
    public static WorkloadRecord OfBytes(long index, string key, byte[] bytes, WorkloadFault fault) =>
        new(WorkloadKind.Raw, index, key, bytes, fault);
}
