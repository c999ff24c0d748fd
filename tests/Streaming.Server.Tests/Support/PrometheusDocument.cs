using System.Globalization;
using System.Text.RegularExpressions;

namespace Streaming.Server.Tests.Support;

/// <summary>
/// Metrics in Prometheus' text format, read strictly: a line that is not of the format, a sample outside its family, a histogram whose buckets
/// fall or whose count is not its last bucket fail the test that reads them.
/// </summary>
internal sealed partial class PrometheusDocument
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly List<PrometheusSample> _samples = [];

    private PrometheusDocument()
    {
    }

    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusDocument Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var document = new PrometheusDocument();
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            document.Read(line);
        foreach (var histogram in document._types.Where(t => t.Value == "histogram"))
            document.CheckHistogram(histogram.Key);
        return document;
    }

    /// <summary>Sum of the samples of a name whose labels hold all of <paramref name="labels"/>; 0 without any.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels) =>
        _samples.Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Name) == l.Value)).Sum(s => s.Value);

    private void Read(string line)
    {
        if (Help().IsMatch(line))
            return;
        if (TypeLine().Match(line) is { Success: true } type)
        {
            Assert.True(_types.TryAdd(type.Groups[1].Value, type.Groups[2].Value), $"a second TYPE: {line}");
            return;
        }
        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"no line of the format: {line}");
        Add(sample, line);
    }

    private void Add(Match match, string line)
    {
        var name = match.Groups["name"].Value;
        var family = _types.ContainsKey(name) ? name : HistogramSuffix().Replace(name, "");
        Assert.True(_types.TryGetValue(family, out var type) && (family == name) == (type != "histogram"), $"a sample without its TYPE: {line}");
        var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(l => l.Groups[1].Value, l => l.Groups[2].Value, StringComparer.Ordinal);
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "NaN" => double.NaN,
            var number => double.Parse(number, CultureInfo.InvariantCulture),
        };
        _samples.Add(new(name, labels, value));
    }

    private void CheckHistogram(string name)
    {
        foreach (var series in _samples.Where(s => s.Name == name + "_bucket").GroupBy(s => s.SeriesWithoutBound))
        {
            var buckets = series.Select(s => s.Value).ToList();
            Assert.Equal(buckets.Order(), buckets);
            Assert.Equal("+Inf", series.Last().Labels["le"]);
            Assert.Equal(buckets[^1], Assert.Single(_samples, s => s.Name == name + "_count" && s.SeriesWithoutBound == series.Key).Value);
            Assert.Single(_samples, s => s.Name == name + "_sum" && s.SeriesWithoutBound == series.Key);
        }
    }

    [GeneratedRegex(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*$")]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*"(,[a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*")*)\})? (?<value>\+Inf|NaN|-?[0-9.]+([eE][+-]?[0-9]+)?)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\.|[^"\\])*)"(?:,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
