using System.Diagnostics.Metrics;
using Streaming.Server.Metrics;

namespace Streaming.Server.Tests.Metrics;

public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData("streaming.records.processed", "{record}", "streaming_records_processed_total")]
    [InlineData("already.total", null, "already_total")]
    [InlineData("streaming.cpu.seconds", "s", "streaming_cpu_seconds_total")]
    [InlineData("sent", "By", "sent_bytes_total")]
    [InlineData("sent.total", "By", "sent_bytes_total")]
    [InlineData("speed", "By/s", "speed_bytes_per_second_total")]
    [InlineData("rate", "{record}/s", "rate_per_second_total")]
    [InlineData("plain", "1", "plain_total")]
    [InlineData("odd--name..x", "widgets", "odd_name_x_widgets_total")]
    [InlineData("a/b", "%", "a_b_percent_total")]
    public void A_counter_gets_unit_and_total(string name, string? unit, string expected)
    {
        string prefix = $"Test{Guid.NewGuid():N}";
        using var meter = new Meter(prefix);
        using var exporter = new PrometheusExporter(prefix);
        meter.CreateCounter<int>(name, unit).Add(1);
        Assert.Contains(expected, exporter.Collect().Select(family => family.Name));
    }
}
