using System.Diagnostics.Metrics;
using Streaming.Server.Metrics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Streaming.Server.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    // A prefix of this test alone: tests run in parallel, and listeners hear every meter of the process.
    private readonly string _prefix = $"Test{Guid.NewGuid():N}";
    private readonly Meter _meter;

    public PrometheusExporterTests() => _meter = new Meter(_prefix + ".Runtime");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void All_kinds_are_written_as_the_text_format_says()
    {
        using var exporter = new PrometheusExporter(_prefix);
        Counter<long> processed = _meter.CreateCounter<long>("streaming.records.processed", "{record}", "Records that a task has processed.");
        Histogram<double> freshness = _meter.CreateHistogram(
            "streaming.freshness", "s", "Append of the feature minus append of its event.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.01, 1] });
        UpDownCounter<int> active = _meter.CreateUpDownCounter<int>("streaming.tasks.active", "{task}");
        Gauge<double> hitRatio = _meter.CreateGauge<double>("streaming.cache.hits", "1");
        _meter.CreateObservableGauge("streaming.state.size", () => 1_048_576L, "By", "State on disk.");
        _meter.CreateObservableCounter("streaming.cpu", () => 1.5, "s");

        processed.Add(2, new Tag("topic", "user-events"), new Tag("partition", 1));
        processed.Add(3, new Tag("partition", 1), new Tag("topic", "user-events"));
        processed.Add(1, new Tag("topic", "creatives"), new Tag("partition", 0));
        freshness.Record(0.001);
        freshness.Record(0.0011);
        freshness.Record(7);
        active.Add(3);
        active.Add(-1);
        hitRatio.Record(0.25);
        hitRatio.Record(0.75);

        const string Expected = """
            # TYPE streaming_cache_hits_ratio gauge
            streaming_cache_hits_ratio 0.75
            # TYPE streaming_cpu_seconds_total counter
            streaming_cpu_seconds_total 1.5
            # HELP streaming_freshness_seconds Append of the feature minus append of its event.
            # TYPE streaming_freshness_seconds histogram
            streaming_freshness_seconds_bucket{le="0.001"} 1
            streaming_freshness_seconds_bucket{le="0.01"} 2
            streaming_freshness_seconds_bucket{le="1"} 2
            streaming_freshness_seconds_bucket{le="+Inf"} 3
            streaming_freshness_seconds_sum 7.0021
            streaming_freshness_seconds_count 3
            # HELP streaming_metrics_failures_total Instruments left out because their name is taken, and callbacks that failed.
            # TYPE streaming_metrics_failures_total counter
            streaming_metrics_failures_total{kind="callback"} 0
            streaming_metrics_failures_total{kind="conflict"} 0
            # HELP streaming_records_processed_total Records that a task has processed.
            # TYPE streaming_records_processed_total counter
            streaming_records_processed_total{partition="0",topic="creatives"} 1
            streaming_records_processed_total{partition="1",topic="user-events"} 5
            # HELP streaming_state_size_bytes State on disk.
            # TYPE streaming_state_size_bytes gauge
            streaming_state_size_bytes 1048576
            # TYPE streaming_tasks_active gauge
            streaming_tasks_active 2

            """;
        Assert.Equal(Expected.ReplaceLineEndings("\n"), Text(exporter));
    }

    [Fact]
    public void Help_and_label_values_are_escaped()
    {
        using var exporter = new PrometheusExporter(_prefix);
        _meter.CreateCounter<int>("a", null, "A \"path\" like C:\\x\nand more").Add(1, new Tag("bad-label name", "C:\\x \"y\"\nz"), new Tag("0", true), new Tag("n", null));
        Assert.Contains("# HELP a_total A \"path\" like C:\\\\x\\nand more\n", Text(exporter), StringComparison.Ordinal);
        Assert.Contains("a_total{_0=\"true\",bad_label_name=\"C:\\\\x \\\"y\\\"\\nz\",n=\"\"} 1\n", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_of_a_histogram_come_before_le_and_a_tag_le_gets_out_of_the_way()
    {
        using var exporter = new PrometheusExporter(_prefix);
        var advice = new InstrumentAdvice<int> { HistogramBucketBoundaries = [5] };
        _meter.CreateHistogram("h", null, null, null, advice).Record(5, new Tag("le", "x"));
        Assert.Contains("h_bucket{exported_le=\"x\",le=\"5\"} 1\nh_bucket{exported_le=\"x\",le=\"+Inf\"} 1\nh_sum{exported_le=\"x\"} 5\n", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_of_meter_and_instrument_are_labels_and_equal_label_texts_are_one_series()
    {
        using var exporter = new PrometheusExporter(_prefix);
        using var meter = new Meter(_prefix + ".Tagged", null, [new Tag("role", "users")]);
        Counter<int> counter = meter.CreateCounter<int>("c", null, null, [new Tag("zone", "b")]);
        counter.Add(1, new Tag("n", 1));
        counter.Add(1, new Tag("n", 1L));
        counter.Add(1, new Tag("n", "1"));
        Assert.Contains("c_total{n=\"1\",role=\"users\",zone=\"b\"} 3\n", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_with_another_prefix_are_not_heard()
    {
        using var exporter = new PrometheusExporter(_prefix + ".Server");
        _meter.CreateCounter<int>("c").Add(1);
        Assert.DoesNotContain("c_total", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_the_limit_further_label_sets_share_the_overflow_series_and_the_sum_stays_right()
    {
        using var exporter = new PrometheusExporter(_prefix, maxSeries: 4);
        Counter<int> counter = _meter.CreateCounter<int>("c");
        for (int round = 0; round < 2; round++)
        {
            for (int user = 0; user < 100; user++)
                counter.Add(1, new Tag("user", user));
        }

        MetricFamily family = Family(exporter, "c_total");
        Assert.Equal(["otel_metric_overflow=\"true\"", "user=\"0\"", "user=\"1\"", "user=\"2\""], family.Series.Select(s => s.Labels));
        Assert.Equal([194.0, 2, 2, 2], family.Series.Select(s => s.Value));
    }

    [Fact]
    public void What_an_observable_instrument_no_longer_reports_disappears_and_frees_its_place()
    {
        using var exporter = new PrometheusExporter(_prefix, maxSeries: 3);
        int[] partitions = [0, 1];
        _meter.CreateObservableGauge("lag", () => partitions.Select(p => new Measurement<int>(p * 10, new Tag("partition", p))));
        Assert.Equal(["partition=\"0\"", "partition=\"1\""], Family(exporter, "lag").Series.Select(s => s.Labels));
        partitions = [7, 8];
        Assert.Equal(["partition=\"7\"", "partition=\"8\""], Family(exporter, "lag").Series.Select(s => s.Labels));
        Assert.Equal([70.0, 80], Family(exporter, "lag").Series.Select(s => s.Value));
    }

    [Fact]
    public void A_failing_callback_is_counted_and_the_others_are_still_shown()
    {
        using var exporter = new PrometheusExporter(_prefix);
        _meter.CreateObservableGauge("broken", int () => throw new InvalidOperationException("on purpose"));
        _meter.CreateObservableGauge("whole", () => 1);
        string text = Text(exporter);
        Assert.Contains("streaming_metrics_failures_total{kind=\"callback\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("whole 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_of_one_name_and_type_add_up_and_one_of_another_type_is_left_out_and_counted()
    {
        using var exporter = new PrometheusExporter(_prefix);
        using var other = new Meter(_prefix + ".Other");
        _meter.CreateCounter<int>("c").Add(1);
        other.CreateCounter<long>("c").Add(2);
        other.CreateObservableCounter("c", () => 100);
        Assert.Equal(3, Assert.Single(Family(exporter, "c_total").Series).Value);
        Assert.Contains("streaming_metrics_failures_total{kind=\"conflict\"} 1\n", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Measurements_that_would_spoil_a_sum_are_dropped()
    {
        using var exporter = new PrometheusExporter(_prefix);
        Counter<double> counter = _meter.CreateCounter<double>("c");
        Histogram<double> histogram = _meter.CreateHistogram<double>("h");
        Gauge<double> gauge = _meter.CreateGauge<double>("g");
        foreach (double value in new[] { 2, double.NaN, -1 })
        {
            counter.Add(value);
            histogram.Record(value);
        }

        gauge.Record(double.NaN);
        Assert.Equal(2, Assert.Single(Family(exporter, "c_total").Series).Value);
        Assert.Equal(1, Assert.Single(Family(exporter, "h").Series).Value);
        Assert.Contains("g NaN\n", Text(exporter), StringComparison.Ordinal);
    }

    [Fact]
    public void Default_bounds_of_seconds_resolve_a_millisecond()
    {
        using var exporter = new PrometheusExporter(_prefix);
        _meter.CreateHistogram<double>("h", "s").Record(0.0007);
        HistogramBuckets buckets = Assert.Single(Family(exporter, "h_seconds").Series).Buckets!;
        Assert.InRange(HistogramQuantile.Estimate(buckets, 0.5), 0.0005, 0.001);
    }

    [Fact]
    public async Task No_measurement_is_lost_when_many_threads_record_and_others_collect()
    {
        const int Threads = 8;
        const int Each = 50_000;
        using var exporter = new PrometheusExporter(_prefix);
        Counter<long> counter = _meter.CreateCounter<long>("c");
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] };
        Histogram<double> histogram = _meter.CreateHistogram("h", null, null, null, advice);
        using var done = new CancellationTokenSource();
        Task<int> torn = Task.Run(() => CountTorn(exporter, done.Token));

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                counter.Add(1, new Tag("shard", i % 3), new Tag("thread", thread % 2));
                histogram.Record(2);
            }
        })));
        await done.CancelAsync();

        Assert.Equal(0, await torn);
        Assert.Equal(Threads * Each, Family(exporter, "c_total").Series.Sum(s => s.Value));
        Assert.Equal(6, Family(exporter, "c_total").Series.Count);
        Assert.Equal([0L, Threads * Each, 0], Assert.Single(Family(exporter, "h").Series).Buckets!.Counts);
    }

    [Fact]
    public void Recording_with_known_tags_allocates_nothing()
    {
        using var exporter = new PrometheusExporter(_prefix);
        Counter<long> counter = _meter.CreateCounter<long>("c");
        Histogram<double> histogram = _meter.CreateHistogram<double>("h", "s");
        object partition = 3;

        Assert.Equal(0, Allocations.Of(() => Record(10_000)));

        void Record(int times)
        {
            for (int i = 0; i < times; i++)
            {
                counter.Add(1, new Tag("topic", "user-events"), new Tag("partition", partition));
                histogram.Record(0.002, new Tag("topic", "user-events"));
            }
        }
    }

    [Fact]
    public void The_process_shows_its_standard_metrics()
    {
        using var exporter = new PrometheusExporter("Streaming.Process");
        using var process = new ProcessMetrics();
        GC.Collect();
        Dictionary<string, MetricFamily> families = exporter.Collect().ToDictionary(f => f.Name);

        Assert.Equal(MetricKind.Counter, families["process_cpu_seconds_total"].Kind);
        Assert.True(families["process_cpu_seconds_total"].Series[0].Value > 0);
        Assert.InRange(families["process_resident_memory_bytes"].Series[0].Value, 1e6, 1e12);
        Assert.True(families["process_start_time_seconds"].Series[0].Value > 1.7e9);
        Assert.Equal(["generation=\"0\"", "generation=\"1\"", "generation=\"2\""], families["dotnet_gc_collections_total"].Series.Select(s => s.Labels));
        Assert.All(families["dotnet_gc_collections_total"].Series, s => Assert.True(s.Value > 0));
    }

    private static string Text(PrometheusExporter exporter)
    {
        using var writer = new StringWriter();
        exporter.Write(writer);
        return writer.ToString();
    }

    private static MetricFamily Family(PrometheusExporter exporter, string name) => exporter.Collect().Single(f => f.Name == name);

    /// <summary>Collects until cancelled, and counts snapshots in which sum and count of the histogram of twos disagree.</summary>
    private static int CountTorn(PrometheusExporter exporter, CancellationToken cancellationToken)
    {
        int torn = 0;
        while (!cancellationToken.IsCancellationRequested)
            torn += exporter.Collect().Where(f => f.Name == "h").SelectMany(f => f.Series).Count(s => s.Value != 2 * s.Buckets!.Total);
        return torn;
    }
}
