using System.Globalization;
using System.Text;

namespace Streaming.Server.Metrics;

/// <summary>Writes metric families in the Prometheus text exposition format 0.0.4.</summary>
/// <remarks>Format: https://prometheus.io/docs/instrumenting/exposition_formats/.</remarks>
public static class PrometheusText
{
    /// <summary>The media type of what is written.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes the families in the order given, lines ended by a line feed.</summary>
    public static void Write(TextWriter writer, IEnumerable<MetricFamily> families)
    {
        foreach (MetricFamily family in families)
        {
            if (family.Help.Length > 0)
                writer.Write($"# HELP {family.Name} {EscapeHelp(family.Help)}\n");
            writer.Write($"# TYPE {family.Name} {TypeOf(family.Kind)}\n");
            foreach (MetricSeries series in family.Series)
                WriteSeries(writer, family.Name, series);
        }
    }

    /// <summary>Labels as the format writes them, ordered by name: <c>a="1",b="2"</c>. Names that become the same are joined: <c>a="1;2"</c>.</summary>
    internal static string Labels(IEnumerable<KeyValuePair<string, object?>> tags) => string.Join(',', tags
        .GroupBy(tag => PrometheusName.OfLabel(tag.Key), tag => tag)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Key}=\"{EscapeLabel(JoinValues(group))}\""));

    private static void WriteSeries(TextWriter writer, string name, MetricSeries series)
    {
        if (series.Buckets is not { } buckets)
        {
            WriteSample(writer, name, series.Labels, Number(series.Value));
            return;
        }

        string separator = series.Labels.Length > 0 ? "," : "";
        long cumulative = 0;
        for (int bucket = 0; bucket < buckets.Counts.Length; bucket++)
        {
            cumulative += buckets.Counts[bucket];
            string bound = bucket < buckets.UpperBounds.Length ? Number(buckets.UpperBounds[bucket]) : "+Inf";
            WriteSample(writer, name + "_bucket", $"{series.Labels}{separator}le=\"{bound}\"", Number(cumulative));
        }

        WriteSample(writer, name + "_sum", series.Labels, Number(series.Value));
        WriteSample(writer, name + "_count", series.Labels, Number(cumulative));
    }

    private static void WriteSample(TextWriter writer, string name, string labels, string value)
    {
        writer.Write(name);
        if (labels.Length > 0)
            writer.Write($"{{{labels}}}");
        writer.Write($" {value}\n");
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string JoinValues(IEnumerable<KeyValuePair<string, object?>> tags) =>
        string.Join(';', tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => ValueText(tag.Value)));

    private static string ValueText(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string EscapeHelp(string text) => Escape(text, quote: false);

    private static string EscapeLabel(string text) => Escape(text, quote: true);

    private static string Escape(string text, bool quote)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') < 0)
            return text;
        StringBuilder escaped = new StringBuilder(text).Replace("\\", "\\\\").Replace("\n", "\\n");
        return (quote ? escaped.Replace("\"", "\\\"") : escaped).ToString();
    }
}
