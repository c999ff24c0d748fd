using Confluent.Kafka;

namespace Streaming.Kafka.Clients;

/// <summary>
/// Ends of partitions that came back to a member. Until their first fetch the client still says what it knew when they went, which may be less than what another member has
/// seen since: who takes that for the end takes a partition for read that is not. So the brokers are asked, beside the polls.
/// </summary>
/// <param name="consumer">The member's, which outlives this.</param>
internal sealed class ReturnedEnds(IConsumer<byte[]?, byte[]?> consumer) : IDisposable
{
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<TopicPartition> _known = [];
    private readonly Dictionary<TopicPartition, Task<Dictionary<TopicPartition, long>>> _asked = [];
    private readonly List<Task> _underWay = [];

    /// <summary>Partitions came, for the first time or again.</summary>
    public void Came(IEnumerable<TopicPartition> partitions)
    {
        var again = partitions.Where(p => !_known.Add(p)).ToList();
        if (again.Count == 0)
            return;
        var asking = Task.Run(() => again.ToDictionary(p => p, Ask));
        foreach (var partition in again)
            _asked[partition] = asking;
        _underWay.RemoveAll(t => t.IsCompleted);
        _underWay.Add(asking);
    }

    /// <summary>A partition's end.</summary>
    /// <param name="partition">One that is here.</param>
    /// <param name="fetched">What the client knows.</param>
    /// <returns>Null while it is not known.</returns>
    public long? Of(TopicPartition partition, long? fetched)
    {
        if (!_asked.TryGetValue(partition, out var asked))
            return fetched;
        return asked.IsCompletedSuccessfully && fetched is { } end ? Math.Max(end, asked.Result[partition]) : null;
    }

    /// <summary>Waits for what is under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WhenAll(_underWay).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }

    /// <exception cref="OperationCanceledException">The member leaves.</exception>
    private long Ask(TopicPartition partition)
    {
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            try
            {
                return consumer.QueryWatermarkOffsets(partition, Answering).High.Value;
            }
            catch (KafkaException)
            {
                // Brokers away: until they answer, the end is not known.
                _stop.Token.WaitHandle.WaitOne(Retry);
            }
        }
    }
}
