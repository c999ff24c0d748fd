using Google.Protobuf;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Support;

/// <summary>An upstream app.</summary>
internal sealed class TestProducer(string bootstrapServers, Topology topology) : IDisposable
{
    private readonly StreamingProducer _producer = new(new ClientOptions { BootstrapServers = bootstrapServers, Source = "/test" }, topology, TimeProvider.System);

    public static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public static UserEvent Click(string user, string creative, string id) =>
        new() { EventId = id, UserId = user, CreativeId = creative, Action = "click", EventTimeMs = NowMs };

    public static Creative Creative(string id, string title, string category = "") => new()
    {
        CreativeId = id,
        Category = category,
        AdvertiserId = "advertiser-1",
        EventTimeMs = NowMs,
        Texts = { new CreativeText { Role = "title", Text = title, Language = "en" } },
    };

    public Task SendAsync(UserEvent message) => _producer.SendAsync(message);

    public Task SendAsync(Creative message) => _producer.SendAsync(message);

    public Task SendAsync(MemoryUpdate message) => _producer.SendAsync(message);

    /// <summary>Sends what no checked producer would.</summary>
    /// <returns>Its offset.</returns>
    public Task<long> SendRawAsync(string topic, string? key, byte[]? value) => _producer.SendRawAsync(topic, key, value, Guid.NewGuid().ToString("N"), "test");

    public Task<long> SendRawAsync(string topic, string? key, IMessage message) => SendRawAsync(topic, key, message.ToByteArray());

    /// <summary>Sends records in their order, and waits for all of them.</summary>
    public Task SendAllAsync(string topic, IEnumerable<WorkloadRecord> records) => Task.WhenAll(records.Select(r => SendRawAsync(topic, r.Key, r.ToBytes())));

    public void Dispose() => _producer.Dispose();
}
