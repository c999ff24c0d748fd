using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Support;

/// <summary>Input for a <see cref="CountingRole"/>, and the check of what it published.</summary>
internal static class Counts
{
    private const int Keys = 13;

    /// <summary>Publishes records over thirteen keys, numbered from <paramref name="from"/>.</summary>
    public static Task ProduceAsync(KafkaRecordSink sink, string topic, int from, int count) =>
        Task.WhenAll(Enumerable.Range(from, count).Select(i => sink.PublishAsync(topic, Encoding.UTF8.GetBytes($"user-{i % Keys}"), Encoding.UTF8.GetBytes($"{i}"))).ToList());

    /// <summary>
    /// Checks effectively once: every source record has its output with the right count, a repeated output is the identical record, and the
    /// last output of each key is that of its last source record.
    /// </summary>
    /// <returns>How many outputs were published.</returns>
    public static async Task<int> CheckAsync(KafkaOptions options, string source, string target)
    {
        var reader = new KafkaLogReader(options, NullLogger.Instance);
        var inputs = await LogReading.OfAsync(reader, source, Eventually.Deadline);
        var outputs = await LogReading.OfAsync(reader, target, Eventually.Deadline);
        Check(inputs, outputs);
        return outputs.Count;
    }

    public static void Check(IReadOnlyList<InputRecord> inputs, IReadOnlyList<InputRecord> outputs)
    {
        Assert.NotEmpty(inputs);
        var expected = inputs.GroupBy(Key).ToDictionary(g => g.Key, g => g.OrderBy(r => r.Offset).Select((r, i) => (r.Offset, Count: i + 1)).ToList());
        var published = outputs.GroupBy(Key).ToDictionary(g => g.Key, g => g.OrderBy(r => r.Offset).Select(CountingRole.Parse).ToList());
        Assert.Equal(expected.Keys.Order(), published.Keys.Order());
        foreach (var (key, counts) in expected)
        {
            Assert.Equal(counts, published[key].Distinct().Order());
            Assert.Equal(counts[^1], published[key][^1]);
        }
    }

    private static string Key(InputRecord record) => Encoding.UTF8.GetString(record.Key!);
}
