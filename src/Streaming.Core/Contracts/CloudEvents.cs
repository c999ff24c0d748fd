namespace Streaming.Core.Contracts;

/// <summary>Header names of CloudEvents 1.0 in Kafka's binary content mode, W3C trace context and dead letters.</summary>
public static class CloudEvents
{
    /// <summary>Header <c>ce_specversion</c>.</summary>
    public const string SpecVersionHeader = "ce_specversion";

    /// <summary>Header <c>ce_id</c>: unique within the source.</summary>
    public const string IdHeader = "ce_id";

    /// <summary>Header <c>ce_source</c>: who made the record.</summary>
    public const string SourceHeader = "ce_source";

    /// <summary>Header <c>ce_type</c>: the message, such as <c>streaming.v1.UserFeatures</c>.</summary>
    public const string TypeHeader = "ce_type";

    /// <summary>Header <c>ce_time</c>: RFC 3339.</summary>
    public const string TimeHeader = "ce_time";

    /// <summary>Header <c>content-type</c>.</summary>
    public const string ContentTypeHeader = "content-type";

    /// <summary>W3C trace context, copied from an input record to what it causes.</summary>
    public const string TraceParentHeader = "traceparent";

    /// <summary>Value of <c>ce_specversion</c>.</summary>
    public const string SpecVersion = "1.0";

    /// <summary>Value of <c>content-type</c>.</summary>
    public const string Protobuf = "application/protobuf";
}
