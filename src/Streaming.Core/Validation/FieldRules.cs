using System.Text;

namespace Streaming.Core.Validation;

/// <summary>Checks that every message shares. Each returns null when the value is good.</summary>
internal static class FieldRules
{
    /// <summary>Identifiers are keys of topics and stores: short, present and printable.</summary>
    public static Violation? Id(string field, string value, int maxBytes = 256)
    {
        if (value.Length == 0)
            return new(field, "", $"must be present, 1 to {maxBytes} bytes");
        if (value.Length > maxBytes || Encoding.UTF8.GetByteCount(value) > maxBytes)
            return new(field, value, $"must have at most {maxBytes} bytes");
        foreach (var c in value)
        {
            if (char.IsControl(c))
                return new(field, value, "must not hold control characters");
        }
        return null;
    }

    public static Violation? Length(string field, string value, int maxBytes) =>
        value.Length <= maxBytes && Encoding.UTF8.GetByteCount(value) <= maxBytes
            ? null
            : new(field, value, $"must have at most {maxBytes} bytes");

    public static Violation? Finite(string field, double value) =>
        double.IsFinite(value) ? null : new(field, value, "must be a finite number");

    public static Violation? Key(string field, string value, string? key) =>
        key is null || key == value ? null : new(field, value, $"must equal the record key '{key}'");
}
