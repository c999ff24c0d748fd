namespace Streaming.Server.Tests.Support;

/// <summary>One sample line.</summary>
internal sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Its labels but for a bucket's bound, as one text.</summary>
    public string SeriesWithoutBound => string.Join(',', Labels.Where(l => l.Key != "le").OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
}
