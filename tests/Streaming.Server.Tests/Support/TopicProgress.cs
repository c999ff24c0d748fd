using Confluent.Kafka;

namespace Streaming.Server.Tests.Support;

/// <summary>How far topics have come, by their end offsets.</summary>
internal sealed class TopicProgress(string bootstrapServers) : IDisposable
{
    private const int Partitions = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>A whole data set on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly IConsumer<byte[], byte[]> _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
    {
        BootstrapServers = bootstrapServers,
        GroupId = "progress",
        AllowAutoCreateTopics = false,
    }).SetLogHandler((_, _) => { }).Build();

    /// <summary>Records that a topic of four partitions has taken so far; 0 while there is no such topic.</summary>
    public long End(string topic)
    {
        try
        {
            return Enumerable.Range(0, Partitions).Sum(p => _consumer.QueryWatermarkOffsets(new(topic, p), Look).High.Value);
        }
        catch (KafkaException)
        {
            return 0;
        }
    }

    /// <summary>Waits until a topic holds that many records, or the program that fills it has ended.</summary>
    public async Task ReachesAsync(string topic, long records, RunningProgram program)
    {
        await Eventually.HoldsAsync($"{topic} has {records} records", () => program.HasExited || End(topic) >= records, Patience);
        Assert.False(program.HasExited, $"the program ended before {topic} had {records} records: {program.Error}");
    }

    /// <summary>Waits until a topic holds that many records.</summary>
    public Task ReachesAsync(string topic, long records) => Eventually.HoldsAsync($"{topic} has {records} records", () => End(topic) >= records);

    public void Dispose() => _consumer.Dispose();
}
