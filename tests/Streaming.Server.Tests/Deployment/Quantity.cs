using System.Globalization;
using System.Text.RegularExpressions;

namespace Streaming.Server.Tests.Deployment;

/// <summary>Kubernetes' resource quantities: 500m, 2Gi, 1e3.</summary>
internal static partial class Quantity
{
    private const string Decimal = "kMGTPE";
    private const string Binary = "KMGTPE";

    /// <summary>The quantity in its base unit (cores, bytes), or null for a text that Kubernetes refuses.</summary>
    public static double? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            return null;
        var number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return number * (match.Groups["suffix"].Value switch
        {
            "" => 1,
            "n" => 1e-9,
            "u" => 1e-6,
            "m" => 1e-3,
            [var unit, 'i'] => Math.Pow(1024, Binary.IndexOf(unit) + 1),
            [var unit] => Math.Pow(1000, Decimal.IndexOf(unit) + 1),
            _ => 1,
        });
    }

    [GeneratedRegex(@"^(?<number>[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)(?<suffix>|[numkMGTPE]|[KMGTPE]i)$")]
    private static partial Regex Pattern();
}
