namespace Streaming.Server.Workloads;

/// <summary>What is wrong, on purpose, with a record: each one belongs into a dead-letter topic.</summary>
public enum WorkloadFault
{
    /// <summary>A good record. It may still be late or sent twice.</summary>
    None,

    /// <summary>An event whose action no topology declares.</summary>
    UnknownAction,

    /// <summary>An event without a user ID, and so without a key.</summary>
    MissingUserId,

    /// <summary>An event without a creative ID.</summary>
    MissingCreativeId,

    /// <summary>An event of the year 2500.</summary>
    FarFutureEventTime,

    /// <summary>An event with a value that is not a number.</summary>
    NotANumberValue,

    /// <summary>The first bytes of an event, cut inside a field.</summary>
    TruncatedMessage,

    /// <summary>A creative with more text than the contract's 64 KiB.</summary>
    OversizedText,
}
