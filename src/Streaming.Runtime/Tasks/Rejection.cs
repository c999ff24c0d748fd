using Streaming.Core.Validation;

namespace Streaming.Runtime.Tasks;

/// <summary>Why a record was not applied; becomes the <c>error.*</c> headers of its dead letter.</summary>
/// <param name="Class">From a small fixed set: malformed, invalid, failed.</param>
/// <param name="Stage">decode, validate or process.</param>
/// <param name="Field">The field at fault, for counting; empty when there is none.</param>
/// <param name="Message">Names the field, its value and the rule.</param>
public sealed record Rejection(string Class, string Stage, string Field, string Message)
{
    /// <summary>The bytes are not the message that the topic carries.</summary>
    public static Rejection Malformed(string message, int length) => new("malformed", "decode", "value", $"value = {length} bytes: not a {message}");

    /// <summary>A field breaks a rule.</summary>
    public static Rejection Invalid(Violation violation) => new("invalid", "validate", violation.Field, violation.ToString());

    /// <summary>Applying it threw.</summary>
    public static Rejection Failed(Exception exception) => new("failed", "process", "", $"{exception.GetType().Name}: {exception.Message}");
}
