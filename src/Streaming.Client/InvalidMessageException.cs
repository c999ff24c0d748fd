using Streaming.Core.Validation;

namespace Streaming.Client;

/// <summary>A message breaks a rule and was not sent. Correct the field, or drop the message: sending it as it is would end in the dead-letter topic.</summary>
public sealed class InvalidMessageException(Violation violation) : Exception(violation.ToString())
{
    /// <summary>The field, its value and the rule.</summary>
    public Violation Violation => violation;
}
