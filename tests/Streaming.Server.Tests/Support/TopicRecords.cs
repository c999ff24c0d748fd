using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;

namespace Streaming.Server.Tests.Support;

/// <summary>Reads a topic from its beginning.</summary>
internal static class TopicRecords
{
    /// <summary>Everything that a topic holds now.</summary>
    public static async Task<IReadOnlyList<InputRecord>> ReadAsync(string bootstrapServers, string topic)
    {
        var reader = new KafkaLogReader(new KafkaOptions { BootstrapServers = bootstrapServers }, NullLogger.Instance);
        var records = new List<InputRecord>();
        using var caughtUp = new CancellationTokenSource();
        await reader.ReadAllAsync(topic, records.Add, caughtUp.Cancel, caughtUp.Token);
        return records;
    }
}
