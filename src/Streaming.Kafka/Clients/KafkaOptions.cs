namespace Streaming.Kafka.Clients;

/// <summary>How to reach a cluster. Read once.</summary>
public sealed record KafkaOptions
{
    // The built-in cluster answers a fetch only when this time is over, so it is the latency.
    private const string EmbeddedFetchWaitMs = "1";

    private static readonly TimeSpan DefaultMaxPollInterval = TimeSpan.FromMinutes(5);

    /// <summary>host:port, comma separated.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>Any librdkafka setting (security.protocol, sasl.mechanism, …), over the platform's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of this member for static membership (group.instance.id); null = dynamic.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The cluster is librdkafka's built-in one, which does not hold a fetch until there is something.</summary>
    public bool Embedded { get; init; }

    /// <summary>Largest record the platform's own clients accept, in bytes; broker and topic have limits of their own.</summary>
    public int MaxMessageBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Settings of any client.</summary>
    public Dictionary<string, string> Client() => With(new()
    {
        ["bootstrap.servers"] = BootstrapServers,
        ["client.id"] = "streaming",
        ["socket.nagle.disable"] = "true",
        ["reconnect.backoff.ms"] = "50",
        ["reconnect.backoff.max.ms"] = "2000",
        ["topic.metadata.propagation.max.ms"] = "5000",
        ["message.max.bytes"] = Text(MaxMessageBytes),
        ["log_level"] = "4",
    });

    /// <summary>Settings of a consumer outside any group.</summary>
    public Dictionary<string, string> Reader() => With(new(Client())
    {
        // A group id is required by the client and never used: there is no subscription and no commit.
        ["group.id"] = "streaming-reader",
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["auto.offset.reset"] = "earliest",
        ["enable.partition.eof"] = "true",
        ["fetch.message.max.bytes"] = Text(MaxMessageBytes),
        ["fetch.max.bytes"] = Text(4 * MaxMessageBytes),
        ["receive.message.max.bytes"] = Text((4 * MaxMessageBytes) + 1024),
        ["fetch.wait.max.ms"] = Embedded ? EmbeddedFetchWaitMs : "500",
        ["fetch.error.backoff.ms"] = "100",
    });

    /// <summary>Settings of a group member.</summary>
    public Dictionary<string, string> Member(string groupId, TimeSpan sessionTimeout)
    {
        var settings = new Dictionary<string, string>(Reader())
        {
            ["group.id"] = groupId,
            ["partition.assignment.strategy"] = "cooperative-sticky",
            ["session.timeout.ms"] = Text((int)sessionTimeout.TotalMilliseconds),
            ["heartbeat.interval.ms"] = Text((int)sessionTimeout.TotalMilliseconds / 5),
            // librdkafka refuses a session that may last longer than the time between two polls.
            ["max.poll.interval.ms"] = Text((int)TimeSpan.FromTicks(Math.Max(sessionTimeout.Ticks, DefaultMaxPollInterval.Ticks)).TotalMilliseconds),
            ["enable.partition.eof"] = "false",
            // Commits what KafkaRecordSource stores, and nothing else.
            ["enable.auto.commit"] = "true",
            ["auto.commit.interval.ms"] = "1000",
        };
        if (InstanceId is not null)
            settings["group.instance.id"] = $"{InstanceId}-{groupId}";
        return With(settings);
    }

    /// <summary>Settings of the producer of features and dead letters.</summary>
    public Dictionary<string, string> Producer(TimeSpan deliveryTimeout) => With(new(Client())
    {
        ["enable.idempotence"] = "true",
        ["acks"] = "all",
        ["partitioner"] = "murmur2_random",
        ["linger.ms"] = "0",
        ["message.timeout.ms"] = Text((int)deliveryTimeout.TotalMilliseconds),
        ["queue.buffering.max.messages"] = "100000",
        ["queue.buffering.max.kbytes"] = "262144",
    });

    /// <summary>What a client library needs to reach the same cluster.</summary>
    public Dictionary<string, string> ViewSettings()
    {
        var settings = new Dictionary<string, string>(Settings);
        if (Embedded)
            settings.TryAdd("fetch.wait.max.ms", EmbeddedFetchWaitMs);
        return settings;
    }

    private Dictionary<string, string> With(Dictionary<string, string> settings)
    {
        foreach (var (name, value) in Settings)
            settings[name] = value;
        return settings;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
