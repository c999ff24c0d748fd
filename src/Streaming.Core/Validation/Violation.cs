namespace Streaming.Core.Validation;

/// <summary>One broken rule: which field, its value as text (cut to 128 characters), and the rule.</summary>
public readonly record struct Violation
{
    private const int MaxValueLength = 128;

    /// <summary>A violation of <paramref name="rule"/> by <paramref name="field"/>.</summary>
    public Violation(string field, object? value, string rule)
    {
        var text = value is null ? "(none)" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        Field = field;
        Value = text.Length <= MaxValueLength ? text : $"{text[..MaxValueLength]}… ({text.Length} characters)";
        Rule = rule;
    }

    /// <summary>The field's name as in the schema or the configuration.</summary>
    public string Field { get; }

    /// <summary>What it held.</summary>
    public string Value { get; }

    /// <summary>What was expected.</summary>
    public string Rule { get; }

    /// <inheritdoc />
    public override string ToString() => $"{Field} = '{Value}': {Rule}";
}
