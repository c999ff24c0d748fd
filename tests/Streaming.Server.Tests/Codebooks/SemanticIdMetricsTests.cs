using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Streaming.Models.SemanticIds;
using Streaming.Server.Composition;

namespace Streaming.Server.Tests.Codebooks;

public sealed class SemanticIdMetricsTests
{
    private static readonly Random Random = new(1);

    [Fact]
    public void Collapse_and_recovery_are_logged_once_each_and_shown_by_a_gauge()
    {
        var log = new ListLogger();
        using var metrics = new SemanticIdMetrics(log);
        var watch = metrics.Watch(Book("collapse-1"));

        Record(watch, 4096, row => [row % 2, row % 64]);
        Assert.Equal([521], log.Events);
        Assert.Equal([1.0, 0.0], Read("streaming.semantic_id.collapsed", "collapse-1"));
        Assert.Equal(2, Read("streaming.semantic_id.perplexity", "collapse-1")[0], 1e-9);

        Record(watch, 4 * CodebookUsage.DefaultWindow, _ => [Random.Next(64), Random.Next(64)]);
        Assert.Equal([521, 522], log.Events);
        Assert.Equal([0.0, 0.0], Read("streaming.semantic_id.collapsed", "collapse-1"));
    }

    [Fact]
    public void Only_the_newest_codebooks_are_told_of()
    {
        using var metrics = new SemanticIdMetrics(new ListLogger());
        for (var version = 0; version <= SemanticIdMetrics.MostCodebooks; version++)
            Record(metrics.Watch(Book($"bounded-{version}")), 1, _ => [0, 0]);
        Assert.Empty(Read("streaming.semantic_id.utilisation", "bounded-0"));
        Assert.Equal([1 / 64.0, 1 / 64.0], Read("streaming.semantic_id.utilisation", "bounded-1"));
    }

    private static Codebook Book(string version) => new(new CodebookInfo(version, "e", "m", 2, 64, 1), new float[128]);

    private static void Record(SemanticIdWatch watch, int count, Func<int, int[]> codes)
    {
        for (var row = 0; row < count; row++)
            watch.Record(codes(row));
    }

    private static List<double> Read(string name, string version)
    {
        List<double> values = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (tags.ToArray().Any(tag => tag.Value as string == version))
                values.Add(value);
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    private sealed class ListLogger : ILogger
    {
        public List<int> Events { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Events.Add(eventId.Id);
    }
}
