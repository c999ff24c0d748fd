namespace Streaming.TestSupport;

/// <summary>The one cluster of a test run. It starts with the first test that asks for it, and is removed with the last of the fixtures that use it.</summary>
public sealed class RealKafkaFixture : IDisposable
{
    // Compaction at once, so that a test can see it happen; no topic that no test asked for.
    private static readonly string[] Settings = ["log.cleaner.backoff.ms=200", "log.cleaner.min.cleanable.ratio=0.01", "auto.create.topics.enable=false"];

    private static readonly Lock Gate = new();
    private static RealKafka? _cluster;
    private static int _users;

    private readonly Lazy<RealKafka> _kafka = new(Use);

    /// <summary>host:port of its brokers, comma separated.</summary>
    public string BootstrapServers => IsOwn ? _kafka.Value.BootstrapServers : RealKafkaLocation.BootstrapServers!;

    /// <summary>Its id; null when somebody else runs the cluster.</summary>
    public string? ClusterId => IsOwn ? _kafka.Value.ClusterId : null;

    private static bool IsOwn => RealKafkaLocation.Script is not null;

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_kafka.IsValueCreated)
            return;
        lock (Gate)
        {
            if (--_users > 0)
                return;
            _cluster?.Dispose();
            _cluster = null;
        }
    }

    private static RealKafka Use()
    {
        lock (Gate)
        {
            _cluster ??= RealKafka.Start(1, secure: false, Settings);
            _users++;
            return _cluster;
        }
    }
}
