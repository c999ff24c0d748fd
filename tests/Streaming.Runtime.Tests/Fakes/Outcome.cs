using System.Globalization;
using System.Text;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>What a run left behind, for comparison with another run. Bytes are shown as hexadecimal text.</summary>
/// <param name="Features">Per key, by the consumers' rule.</param>
/// <param name="Versions">Every different record that was published: key, version, bytes and headers.</param>
/// <param name="DeadLetters">Every source position that was dead-lettered, with the reason.</param>
/// <param name="Stores">Every row of every store.</param>
internal sealed record Outcome(IReadOnlyList<string> Features, IReadOnlyList<string> Versions, IReadOnlyList<string> DeadLetters, IReadOnlyList<string> Stores)
{
    public static Outcome OfUsers(World world)
    {
        var topics = world.Topology.Topics;
        return Of(world, topics.UserEvents.Name, topics.UserFeatures.Name, "users", v => UserFeatures.Parser.ParseFrom(v).Version);
    }

    public static Outcome OfCreatives(World world)
    {
        var topics = world.Topology.Topics;
        return Of(world, topics.Creatives.Name, topics.CreativeFeatures.Name, "creatives", v => CreativeFeatures.Parser.ParseFrom(v).Version);
    }

    public void AssertSame(Outcome actual)
    {
        Assert.Equal(Features, actual.Features);
        Assert.Equal(Versions, actual.Versions);
        Assert.Equal(DeadLetters, actual.DeadLetters);
        Assert.Equal(Stores, actual.Stores);
    }

    private static Outcome Of(World world, string source, string target, string role, Func<byte[], long> version)
    {
        var held = new SortedDictionary<string, (long Version, string Text)>(StringComparer.Ordinal);
        var versions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var record in world.Log.Read(target))
        {
            var key = Encoding.UTF8.GetString(record.Key!);
            var read = record.Value is null ? long.MaxValue : version(record.Value);
            var text = string.Create(CultureInfo.InvariantCulture, $"{key} v{read} {Hex(record.Value)} {Headers(record)}");
            versions.Add(text);
            // A tombstone has no version: it replaces what is held, and is replaced by what comes after it.
            if (record.Value is null || !held.TryGetValue(key, out var holds) || holds.Version == long.MaxValue || FeatureVersions.Replaces(holds.Version, read))
                held[key] = (read, text);
        }
        return new([.. held.Values.Select(h => h.Text)], [.. versions], Dead(world, source), [.. StoreDump.Rows(world.StateRoot, role)]);
    }

    private static string[] Dead(World world, string source)
    {
        var dead = world.Log.Read(DeadLetterHeaders.TopicOf(source)).Select(r => $"{Hex(r.Key)} {Hex(r.Value)} {Headers(r)}");
        return [.. dead.Distinct().Order(StringComparer.Ordinal)];
    }

    private static string Headers(InputRecord record) => string.Join(';', record.Headers.Select(h => $"{h.Name}={Encoding.UTF8.GetString(h.Value)}"));

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : Convert.ToHexString(bytes);
}
