using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Streaming.Kafka.Clients;

namespace Streaming.Server.Bench;

/// <summary>The floor that freshness is compared with: a bare loop that consumes a record and produces it to another topic, with the platform's client settings.</summary>
internal sealed class RelayLoop : IDisposable
{
    private const string OffsetHeader = "source-offset";

    private readonly IConsumer<byte[]?, byte[]?> _source;
    private readonly IProducer<byte[]?, byte[]?> _sink;
    private readonly IConsumer<byte[]?, byte[]?> _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;

    public RelayLoop(KafkaOptions options, string input, string output, int partitions, TimeSpan deliveryTimeout, LatencyJoin join)
    {
        _source = Consumer(options, input, partitions);
        _reader = Consumer(options, output, partitions);
        _sink = new ProducerBuilder<byte[]?, byte[]?>(options.Producer(deliveryTimeout)).SetLogHandler((_, _) => { }).Build();
        _loops =
        [
            Start(() => Relay(output)),
            Start(() => Read(join)),
        ];
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_loops);
        _source.Dispose();
        _reader.Dispose();
        _sink.Dispose();
        _stop.Dispose();
    }

    private void Relay(string output)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_source.Consume(100) is not { IsPartitionEOF: false } record)
                continue;
            var offset = Encoding.ASCII.GetBytes(record.Offset.Value.ToString(CultureInfo.InvariantCulture));
            _sink.Produce(output, new() { Key = record.Message.Key, Value = record.Message.Value, Headers = new() { { OffsetHeader, offset } } });
        }
    }

    private void Read(LatencyJoin join)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_reader.Consume(100) is { IsPartitionEOF: false } record)
                join.Arrived(record.Partition.Value, long.Parse(Encoding.ASCII.GetString(record.Message.Headers.GetLastBytes(OffsetHeader)), CultureInfo.InvariantCulture));
        }
    }

    private static IConsumer<byte[]?, byte[]?> Consumer(KafkaOptions options, string topic, int partitions)
    {
        var consumer = new ConsumerBuilder<byte[]?, byte[]?>(options.Reader()).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        return consumer;
    }

    private static Task Start(Action loop) => Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
