using System.Collections.Concurrent;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Tests.Support;

/// <summary>A running <see cref="KafkaLogReader.ReadAllAsync"/> and what it has read.</summary>
internal sealed class LogReading : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<InputRecord> _records = new();
    private readonly TaskCompletionSource<int> _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _timesCaughtUp;

    private LogReading(KafkaLogReader reader, string topic) => Ended = reader.ReadAllAsync(topic, _records.Enqueue, CatchUp, _stop.Token);

    /// <summary>Ends when everything is caught up; how many records had been read.</summary>
    public Task<int> CaughtUp => _caughtUp.Task;

    public Task Ended { get; }

    public IReadOnlyCollection<InputRecord> Records => _records;

    public int TimesCaughtUp => Volatile.Read(ref _timesCaughtUp);

    public static LogReading Start(KafkaLogReader reader, string topic) => new(reader, topic);

    /// <summary>Everything that is in a topic now.</summary>
    public static async Task<IReadOnlyList<InputRecord>> OfAsync(KafkaLogReader reader, string topic, TimeSpan deadline)
    {
        using var reading = Start(reader, topic);
        await reading.CaughtUp.WaitAsync(deadline);
        await reading.StopAsync();
        return [.. reading.Records];
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Ended;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private void CatchUp()
    {
        Interlocked.Increment(ref _timesCaughtUp);
        _caughtUp.TrySetResult(_records.Count);
    }
}
