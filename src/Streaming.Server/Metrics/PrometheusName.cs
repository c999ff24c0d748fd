using System.Text;

namespace Streaming.Server.Metrics;

/// <summary>Turns the names and units of instruments into names of the Prometheus text format.</summary>
/// <remarks>Rules: the OpenTelemetry specification, "Prometheus and OpenMetrics compatibility". Units are those of UCUM.</remarks>
internal static class PrometheusName
{
    /// <summary><c>streaming.freshness</c> in <c>s</c> becomes <c>streaming_freshness_seconds</c>; a counter ends in <c>_total</c>.</summary>
    public static string OfFamily(string name, string? unit, MetricKind kind)
    {
        string family = Sanitize(name, allowColon: true);
        if (kind == MetricKind.Counter && family.EndsWith("_total", StringComparison.Ordinal))
            family = family[..^"_total".Length];
        string suffix = UnitSuffix(unit, kind);
        if (suffix.Length > 0 && !family.EndsWith("_" + suffix, StringComparison.Ordinal) && family != suffix)
            family += "_" + suffix;
        return kind == MetricKind.Counter ? family + "_total" : family;
    }

    /// <summary>Name of a label; <c>le</c> is taken by the buckets of histograms.</summary>
    public static string OfLabel(string name)
    {
        string label = Sanitize(name, allowColon: false);
        return label == "le" ? "exported_le" : label;
    }

    private static string UnitSuffix(string? unit, MetricKind kind)
    {
        unit = unit?.Trim() ?? "";
        if (unit.StartsWith('{') && unit.EndsWith('}')) // an annotation such as {record}, which is no unit
            unit = "";
        int slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return unit == "1" ? (kind == MetricKind.Gauge ? "ratio" : "") : Word(unit);
        string per = "per_" + Singular(Word(unit[(slash + 1)..]));
        return Word(unit[..slash]) is { Length: > 0 } numerator ? $"{numerator}_{per}" : per;
    }

    private static string Word(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "%" => "percent",
        "Cel" => "celsius",
        "Hz" => "hertz",
        _ => unit.Length == 0 || unit[0] == '{' || unit == "1" ? "" : Sanitize(unit, allowColon: false).Trim('_'),
    };

    private static string Singular(string word) => word.EndsWith('s') ? word[..^1] : word;

    /// <summary>Every run of characters that the format does not allow becomes one underscore.</summary>
    private static string Sanitize(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || (c == ':' && allowColon))
                text.Append(c);
            else if (text.Length == 0 || text[^1] != '_')
                text.Append('_');
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, '_');
        return text.ToString();
    }
}
