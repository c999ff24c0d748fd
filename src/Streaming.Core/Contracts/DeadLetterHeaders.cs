namespace Streaming.Core.Contracts;

/// <summary>Headers of a record in a <c>&lt;topic&gt;.dlq</c> topic; key and value are the original bytes.</summary>
public static class DeadLetterHeaders
{
    /// <summary>What went wrong, from a small fixed set: see the runtime's dead-letter reasons.</summary>
    public const string Class = "error.class";

    /// <summary>Names the field, its value and the rule.</summary>
    public const string Message = "error.message";

    /// <summary>decode, validate or process.</summary>
    public const string Stage = "error.stage";

    /// <summary>Where the record came from.</summary>
    public const string Topic = "error.topic";

    /// <summary>Its partition.</summary>
    public const string Partition = "error.partition";

    /// <summary>Its offset.</summary>
    public const string Offset = "error.offset";

    /// <summary>Name of a topic's dead-letter topic.</summary>
    public static string TopicOf(string topic) => topic + Suffix;

    /// <summary>The topic whose dead-letter topic this is, by name.</summary>
    public static string SourceOf(string deadLetterTopic) => deadLetterTopic[..^Suffix.Length];

    private const string Suffix = ".dlq";
}
