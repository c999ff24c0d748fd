using System.Globalization;
using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;

namespace Streaming.Server.Tests.Composition;

/// <summary>Records that no checked producer sends, among good ones, through all roles on a real broker.</summary>
public sealed class BadInputTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private const int TenMegabytes = 10_000_000;
    private static readonly long Year2500Ms = new DateTimeOffset(2500, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    [RealKafkaFact]
    public async Task Each_bad_record_is_a_dead_letter_with_its_bytes_and_what_is_wrong_and_everything_else_is_processed()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.Path, "--bootstrap-servers", kafka.BootstrapServers);
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(kafka.BootstrapServers);
        await instance.ReadyAsync();
        var bad = BadRecords(topology).ToList();

        // Around each bad record, good ones of the same key: on the same partition, before it and after it.
        var offsets = new List<long>();
        foreach (var (number, record) in bad.Index())
        {
            await producer.SendAsync(TestProducer.Click("user", "creative", $"before/{number}"));
            await producer.SendAsync(TestProducer.Creative("creative", $"Before {number}"));
            offsets.Add(await producer.SendRawAsync(record.Topic, record.Key, record.Value));
            await producer.SendAsync(TestProducer.Click("user", "creative", $"after/{number}"));
            await producer.SendAsync(TestProducer.Creative("creative", $"After {number}"));
            await producer.SendAsync(Vector("creatives", $"good/{number}", Unit()));
        }

        await progress.ReachesAsync(topology.Topics.UserFeatures.Name, 2 * bad.Count);
        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, 2 * bad.Count);
        await Eventually.HoldsAsync("all good vectors are in the memory", () => Entries(instance) == bad.Count + 1);
        var letters = new Dictionary<string, IReadOnlyList<InputRecord>>();
        foreach (var topic in bad.Select(b => b.Topic).Distinct())
            letters[topic] = await TopicRecords.ReadAsync(kafka.BootstrapServers, DeadLetterHeaders.TopicOf(topic));
        foreach (var (record, offset) in bad.Zip(offsets))
            AssertDeadLetter(record, offset, letters[record.Topic]);
        Assert.Equal(bad.Count, letters.Values.Sum(l => l.Count));
        await AssertCountedAsync(instance, bad);
        Assert.Equal(2 * bad.Count, progress.End(topology.Topics.UserFeatures.Name));
    }

    private static IEnumerable<BadRecord> BadRecords(TestTopology topology)
    {
        var (events, creatives, updates) = (topology.Topics.UserEvents.Name, topology.Topics.Creatives.Name, topology.Topics.MemoryUpdates.Name);
        yield return Event("user", "action", "action = 'teleport'", e => e.Action = "teleport");
        yield return Event(null, "user_id", "user_id = ''", e => e.UserId = "");
        yield return Event("user", "creative_id", "creative_id = ''", e => e.CreativeId = "");
        yield return Event("user", "event_id", "event_id = ''", e => e.EventId = "");
        yield return Event("user", "user_id", "user_id = 'somebody'", e => e.UserId = "somebody");
        yield return Event("user", "event_time_ms", $"event_time_ms = '{Year2500Ms} (2500-01-01", e => e.EventTimeMs = Year2500Ms);
        yield return Event("user", "value", "value = 'NaN'", e => e.Value = double.NaN);
        var whole = TestProducer.Click("user", "creative", "truncated").ToByteArray();
        yield return new(events, "user", whole[..^1], "malformed", "value", $"value = {whole.Length - 1} bytes: not a UserEvent");
        yield return new(events, "user", null, "malformed", "value", "value = 0 bytes: not a UserEvent");
        yield return new(creatives, "creative", TestProducer.Creative("creative", new string('a', TenMegabytes)).ToByteArray(), "invalid", "texts", "texts[0].text = 'aaaa");
        yield return new(updates, "creatives/nan", Vector("creatives", "nan", [.. Unit().Skip(1), float.NaN]).ToByteArray(), "invalid", "upsert.vector", "upsert.vector[31] = 'NaN'");
        yield return new(updates, "creatives/short", Vector("creatives", "short", [1, 2, 3]).ToByteArray(), "invalid", "vector.length", "vector.length = '3'");
        yield return new(updates, "nowhere/id", Vector("nowhere", "id", Unit()).ToByteArray(), "invalid", "namespace", "namespace = 'nowhere'");

        BadRecord Event(string? key, string field, string says, Action<UserEvent> spoil)
        {
            var message = TestProducer.Click("user", "creative", $"spoilt {says}");
            spoil(message);
            return new(events, key, message.ToByteArray(), "invalid", field, says);
        }
    }

    private static void AssertDeadLetter(BadRecord record, long offset, IReadOnlyList<InputRecord> letters)
    {
        var letter = Assert.Single(letters, l => (l.Value, record.Value) is (null, null) || (record.Value is not null && l.Value.AsSpan().SequenceEqual(record.Value)));
        Assert.Equal(record.Key, letter.Key is null ? null : Encoding.UTF8.GetString(letter.Key));
        var headers = letter.Headers.ToDictionary(h => h.Name, h => Encoding.UTF8.GetString(h.Value), StringComparer.Ordinal);
        Assert.Equal(record.Class, headers[DeadLetterHeaders.Class]);
        Assert.Contains(record.Says, headers[DeadLetterHeaders.Message], StringComparison.Ordinal);
        Assert.True(headers[DeadLetterHeaders.Message].Length < 1_000, "a message is for people");
        Assert.Equal(record.Class == "malformed" ? "decode" : "validate", headers[DeadLetterHeaders.Stage]);
        Assert.Equal(record.Topic, headers[DeadLetterHeaders.Topic]);
        Assert.Equal(offset.ToString(CultureInfo.InvariantCulture), headers[DeadLetterHeaders.Offset]);
        Assert.InRange(int.Parse(headers[DeadLetterHeaders.Partition], CultureInfo.InvariantCulture), 0, 3);
        Assert.Equal("/test", headers[CloudEvents.SourceHeader]);
    }

    private static async Task AssertCountedAsync(ServerInstance instance, List<BadRecord> bad)
    {
        var metrics = await instance.MetricsAsync();
        foreach (var kind in bad.CountBy(b => (b.Topic, b.Class, b.Field)))
            Assert.Equal(kind.Value, metrics.Sum("streaming_dead_letters_total", ("topic", kind.Key.Topic), ("reason", kind.Key.Class), ("field", kind.Key.Field)));
        Assert.Equal(bad.Count, metrics.Sum("streaming_dead_letters_total"));
        Assert.Equal(2 * bad.Count, metrics.Sum("streaming_records_processed_total", ("role", "users"), ("outcome", "applied")));
        Assert.Equal(2 * bad.Count, metrics.Sum("streaming_records_processed_total", ("role", "creatives"), ("outcome", "applied")));
    }

    private static long Entries(ServerInstance instance)
    {
        var (_, body) = instance.AskAsync("/v1/memory").GetAwaiter().GetResult();
        return (long)body["namespaces"]![0]!["entries"]!;
    }

    private static float[] Unit() => [1, .. new float[31]];

    private static MemoryUpdate Vector(string space, string id, float[] vector) =>
        new() { Namespace = space, Id = id, EventTimeMs = TestProducer.NowMs, Upsert = new MemoryUpsert { Vector = { vector } } };
}
