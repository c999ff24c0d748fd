using System.Globalization;

namespace Streaming.Server.Topologies;

/// <summary>A number followed by a unit, without a space.</summary>
internal static class Quantity
{
    public static bool TryParse(string text, string suffix, out double number)
    {
        number = 0;
        return text.EndsWith(suffix, StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
