namespace Streaming.Client;

/// <summary>How an app reaches the platform's topics. Read once.</summary>
public sealed record ClientOptions
{
    /// <summary>host:port, comma separated.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>CloudEvents source: who produces, such as <c>/shop/checkout</c>.</summary>
    public string Source { get; init; } = "/streaming/client";

    /// <summary>Any librdkafka setting, over the library's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    internal Dictionary<string, string> Producer() => With(new()
    {
        ["bootstrap.servers"] = BootstrapServers,
        ["enable.idempotence"] = "true",
        ["acks"] = "all",
        ["partitioner"] = "murmur2_random",
        ["linger.ms"] = "1",
        ["socket.nagle.disable"] = "true",
        ["message.max.bytes"] = "20971520",
    });

    internal Dictionary<string, string> Reader() => With(new()
    {
        ["bootstrap.servers"] = BootstrapServers,
        // Required by the client and never used: a view belongs to no group.
        ["group.id"] = "streaming-view",
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["auto.offset.reset"] = "earliest",
        ["enable.partition.eof"] = "true",
        ["socket.nagle.disable"] = "true",
    });

    private Dictionary<string, string> With(Dictionary<string, string> settings)
    {
        foreach (var (name, value) in Settings)
            settings[name] = value;
        return settings;
    }
}
