using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Streaming.Client.Tests.Support;
using Streaming.Core.Contracts;
using Streaming.Kafka.Embedded;
using Streaming.TestSupport;

namespace Streaming.Client.Tests.Views;

/// <summary>
/// The law: for any order of records, a view that read from the start, one that comes late and one that finds only the last record of each
/// key (the topic was compacted) end with the same features, provided that the last record of a key is not an old one.
/// </summary>
public sealed class EveryReaderEndsAlikeTests : IDisposable
{
    private const ulong Seed = 20_260_102;
    private const int Cases = 60;

    private readonly EmbeddedCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Early_late_and_compacted_readers_end_alike()
    {
        var whole = await new Platform(_cluster.Options).WithTopicsAsync(_cluster);
        var compacted = await new Platform(_cluster.Options).WithTopicsAsync(_cluster);
        using var producer = whole.Producer();
        using var early = FeatureViews.OfUsers(whole.Options, whole.Topology).Start();
        var expected = new Dictionary<string, (long, string)>();
        var topics = (Whole: whole.Topology.Topics.UserFeatures.Name, Compacted: compacted.Topology.Topics.UserFeatures.Name);
        var next = new long[Platform.Partitions];
        var run = 0;

        Prop.ForAll(Sequences().ToArbitrary(), sequence =>
        {
            run++;
            var sent = new List<(string Key, Task<long> Offset)>();
            var records = sequence.Select((r, i) => (Key: $"{run}-{r.Key}", r.Version, Model: $"{i}")).ToList();
            foreach (var (key, version, model) in records.Concat(Closing(records)))
                sent.Add((key, producer.SendRawAsync(topics.Whole, key, Bytes(version, model), "id", "type")));
            foreach (var last in records.Concat(Closing(records)).GroupBy(r => r.Key).Select(g => g.Last()))
                producer.SendRawAsync(topics.Compacted, last.Key, Bytes(last.Version, last.Model), "id", "type");
            producer.Flush();
            foreach (var (key, offset) in sent)
                next[Platform.PartitionOf(key)] = offset.GetAwaiter().GetResult() + 1;
            Assert.True(SpinWait.SpinUntil(() => Enumerable.Range(0, next.Length).All(p => early.HasApplied(p, next[p])), Eventually.Deadline));

            var added = Expected(records.Concat(Closing(records)));
            foreach (var (key, held) in added)
                expected.Add(key, held);
            Assert.Equal(Ordered(added), Ordered(Held(early).Where(f => f.Key.StartsWith($"{run}-", StringComparison.Ordinal))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(Seed, 1UL));

        Assert.Equal(Cases, run);
        Assert.NotEmpty(expected);
        using var late = FeatureViews.OfUsers(whole.Options, whole.Topology).Start();
        using var after = FeatureViews.OfUsers(compacted.Options, compacted.Topology).Start();
        await Task.WhenAll(late.CaughtUp, after.CaughtUp).WaitAsync(Eventually.Deadline);
        Assert.Equal(Ordered(expected), Ordered(Held(early)));
        Assert.Equal(Ordered(expected), Ordered(Held(late)));
        Assert.Equal(Ordered(expected), Ordered(Held(after)));
    }

    // Keys 0 to 2; a version from 0 to 5, or null for a tombstone.
    private static Gen<(int Key, long? Version)[]> Sequences() =>
        (from key in Gen.Choose(0, 2)
         from version in Gen.Frequency((1, Gen.Constant((long?)null)), (5, Gen.Choose(0, 5).Select(v => (long?)v)))
         select (key, version)).NonEmptyListOf().Select(l => l.ToArray());

    // The owner's last word: the highest version of each key once more, as a new owner's repair publishes it.
    private static IEnumerable<(string Key, long? Version, string Model)> Closing(List<(string Key, long? Version, string Model)> records) =>
        records.GroupBy(r => r.Key).Where(g => g.Last().Version < Newest(g)).Select(g => (g.Key, Newest(g), "closing"));

    private static long? Newest(IEnumerable<(string Key, long? Version, string Model)> records) => SinceTombstone(records).Max(r => r.Version);

    private static List<(string Key, long? Version, string Model)> SinceTombstone(IEnumerable<(string Key, long? Version, string Model)> records) =>
        [.. records.Reverse().TakeWhile(r => r.Version is not null)];

    /// <summary>Of what follows a key's last tombstone, the latest record of the highest version.</summary>
    private static Dictionary<string, (long, string)> Expected(IEnumerable<(string Key, long? Version, string Model)> records) =>
        records.GroupBy(r => r.Key)
            .Select(g => (g.Key, Newest: SinceTombstone(g).OrderByDescending(r => r.Version).Select(r => ((long, string)?)(r.Version!.Value, r.Model)).FirstOrDefault()))
            .Where(k => k.Newest is not null)
            .ToDictionary(k => k.Key, k => k.Newest!.Value);

    private static Dictionary<string, (long, string)> Held(FeatureView<UserFeatures> view) =>
        view.Features.ToDictionary(f => f.Key, f => (f.Value.Version, f.Value.ModelVersion));

    private static IEnumerable<KeyValuePair<string, (long, string)>> Ordered(IEnumerable<KeyValuePair<string, (long, string)>> held) =>
        held.OrderBy(h => h.Key, StringComparer.Ordinal);

    private static byte[]? Bytes(long? version, string model) =>
        version is { } known ? new UserFeatures { Version = known, ModelVersion = model }.ToByteArray() : null;
}
