using System.Diagnostics.Metrics;
using Streaming.Models.SemanticIds;

namespace Streaming.Server.Composition;

/// <summary>How the creatives that came last use their codebooks, as metrics, and an alarm in the log when a layer collapses. Safe for any thread.</summary>
/// <remarks>Bounded: the newest codebooks only, each with the window of its <see cref="CodebookUsage"/>; labels are versions and layers.</remarks>
public sealed partial class SemanticIdMetrics : IDisposable
{
    /// <summary>Codebooks that are told of: one that runs, one that is built beside it, and two that were.</summary>
    public const int MostCodebooks = 4;

    private readonly Meter _meter = new("Streaming.SemanticIds");
    private readonly Lock _lock = new();
    private readonly List<SemanticIdWatch> _watches = [];
    private readonly ILogger _logger;

    /// <param name="logger">Is told when a layer collapses, and when it recovers.</param>
    public SemanticIdMetrics(ILogger logger)
    {
        _logger = logger;
        Observe("streaming.semantic_id.utilisation", "{share}", "Share of a layer's codes that the newest creatives use", (level, _) => level.Utilisation);
        Observe("streaming.semantic_id.perplexity", "{code}", "exp(entropy) of a layer's codes among the newest creatives", (level, _) => level.Perplexity);
        Observe("streaming.semantic_id.gini", "{share}", "Gini coefficient of the use of a layer's codes by the newest creatives", (level, _) => level.Gini);
        Observe("streaming.semantic_id.collapsed", "{layer}", "1 where a layer has collapsed: its perplexity is below a tenth of what it could be", (_, collapsed) => collapsed ? 1 : 0);
        _meter.CreateObservableGauge("streaming.semantic_id.window", Rows, "{creative}", "Creatives that the other figures are of");
    }

    /// <summary>Begins to watch a codebook. The oldest leaves when there are more than <see cref="MostCodebooks"/>.</summary>
    public SemanticIdWatch Watch(Codebook codebook)
    {
        var watch = new SemanticIdWatch(codebook, Alarm);
        lock (_lock)
        {
            _watches.RemoveAll(known => known.Version == codebook.Version);
            _watches.Add(watch);
            if (_watches.Count > MostCodebooks)
                _watches.RemoveAt(0);
        }
        return watch;
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Observe(string name, string unit, string description, Func<CodebookLevelMetrics, bool, double> figure) =>
        _meter.CreateObservableGauge(name, () => Levels(figure), unit, description);

    private List<Measurement<double>> Levels(Func<CodebookLevelMetrics, bool, double> figure)
    {
        List<Measurement<double>> measurements = [];
        foreach (var watch in Watches())
        {
            var (rows, levels) = watch.Usage.Read();
            for (var layer = 0; layer < levels.Count; layer++)
            {
                var collapsed = CodebookAlarm.Default.IsCollapsed(levels[layer], watch.Usage.Size, rows);
                measurements.Add(new(figure(levels[layer], collapsed), new("codebook_version", watch.Version), new("layer", layer)));
            }
        }
        return measurements;
    }

    private IEnumerable<Measurement<long>> Rows() =>
        Watches().Select(watch => new Measurement<long>(watch.Usage.Read().Rows, new KeyValuePair<string, object?>("codebook_version", watch.Version)));

    private SemanticIdWatch[] Watches()
    {
        lock (_lock)
            return [.. _watches];
    }

    private void Alarm(string version, int layer, bool collapsed, double perplexity)
    {
        if (collapsed)
            LogCollapsed(version, layer, perplexity);
        else
            LogRecovered(version, layer, perplexity);
    }

    [LoggerMessage(521, LogLevel.Warning, "Codebook {Version}: layer {Layer} has collapsed, the newest creatives share few of its codes (perplexity {Perplexity:0.0}); train a codebook on current creatives")]
    private partial void LogCollapsed(string version, int layer, double perplexity);

    [LoggerMessage(522, LogLevel.Information, "Codebook {Version}: layer {Layer} has recovered (perplexity {Perplexity:0.0})")]
    private partial void LogRecovered(string version, int layer, double perplexity);
}
