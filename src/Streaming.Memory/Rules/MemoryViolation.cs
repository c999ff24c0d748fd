namespace Streaming.Memory.Rules;

/// <summary>One broken rule of an option or of a vector.</summary>
/// <param name="Field">The option's or the record's field, as in <c>vector[3]</c>.</param>
/// <param name="Value">The offending value, in invariant culture.</param>
/// <param name="Rule">What the value should have been.</param>
public sealed record MemoryViolation(string Field, string Value, string Rule)
{
    /// <summary>One line for a log, an error header or an exception.</summary>
    public override string ToString() => $"{Field} = {Value}: {Rule}";
}
