using System.Globalization;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Server.Tests.Replay;
using Streaming.Server.Workloads;
using Xunit.Abstractions;

namespace Streaming.Server.Tests.Composition;

/// <summary>Two instances of the users role on a real broker share the partitions of the user events.</summary>
public sealed class TakeOverTests(RealKafkaFixture kafka, ITestOutputHelper output) : IClassFixture<RealKafkaFixture>
{
    private const int Assigned = 201;
    private const int Revoked = 202;
    private const int Lost = 203;

    [RealKafkaFact]
    public async Task When_one_is_killed_the_other_takes_its_partitions_and_ends_with_the_same_features()
    {
        var random = SeededRandom.Create(output);
        // An undisturbed replay gives the creative features that both runs join with, and the user features that are expected.
        using var undisturbed = new ReplayPlace(kafka.BootstrapServers);
        await undisturbed.RunAsync(SmallDataSet.First.Folder);
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: text => Joining(text, undisturbed.CreativeFeatures));
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(kafka.BootstrapServers);
        using var a = await StartAsync(topology, states.PathOf("a"));
        using var b = await StartAsync(topology, states.PathOf("b"));
        await Eventually.HoldsAsync("both own two partitions", () => Owned(a).Count == 2 && Owned(b).Count == 2);

        var sending = producer.SendAllAsync(topology.Topics.UserEvents.Name, SmallDataSet.First.Read().Where(r => r.Kind == WorkloadKind.Event));
        await progress.ReachesAsync(topology.Topics.UserFeatures.Name, random.Next(1, SmallDataSet.Ratings / 2));
        await a.KillAsync();
        await sending;
        await Eventually.HoldsAsync("the other owns all partitions", () => Owned(b).Count == 4);

        var expected = await FeaturesAsync(Named(undisturbed.UserFeatures));
        await FinalAsync(topology.Topology, expected);
        output.WriteLine($"{progress.End(topology.Topics.UserFeatures.Name)} feature records for {SmallDataSet.Ratings} events: a new owner without the state begins again");
        Assert.Equal(SmallDataSet.Users, expected.Count);
    }

    [RealKafkaFact]
    public async Task With_a_group_instance_id_a_restarted_instance_keeps_its_partitions_and_the_other_notices_nothing()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix(), session: 30);
        using var states = new TestDirectory();
        using var b = await StartAsync(topology, states.PathOf("b"), "--group-instance-id", "b");
        HashSet<string> before;
        int heard;
        using (var a = await StartAsync(topology, states.PathOf("a"), "--group-instance-id", "a"))
        {
            await Eventually.HoldsAsync("both own two partitions", () => Owned(a).Count == 2 && Owned(b).Count == 2);
            (before, heard) = (Owned(a), Changes(b));
            await a.KillAsync();
        }

        using var again = await StartAsync(topology, states.PathOf("a"), "--group-instance-id", "a");
        await again.ReadyAsync();

        Assert.Equal(before, Owned(again));
        Assert.Equal(heard, Changes(b));
    }

    private static string Joining(string text, string creativeFeatures) =>
        System.Text.RegularExpressions.Regex.Replace(text, @"creative_features: \{ name: \S+,", $"creative_features: {{ name: {creativeFeatures},");

    private static Topology Named(string userFeatures) => new() { Topics = new() { UserFeatures = new() { Name = userFeatures } } };

    /// <summary>Partitions that an instance owns, as its log tells them.</summary>
    private static HashSet<string> Owned(ServerInstance instance)
    {
        var events = new[] { Assigned, Revoked, Lost }.ToDictionary(e => e, e => instance.Logs(e).CountBy(r => (string)r["Partition"]!).ToDictionary());
        return events[Assigned].Keys
            .Where(p => events[Assigned][p] > events[Revoked].GetValueOrDefault(p) + events[Lost].GetValueOrDefault(p))
            .ToHashSet();
    }

    private static int Changes(ServerInstance instance) => instance.Logs(Assigned).Count + instance.Logs(Revoked).Count + instance.Logs(Lost).Count;

    private Task<ServerInstance> StartAsync(TestTopology topology, string state, params string[] options) =>
        ServerInstance.StartAsync(topology, state, ["--roles", "users", "--bootstrap-servers", kafka.BootstrapServers, .. options]);

    private async Task<IReadOnlyDictionary<string, UserFeatures>> FeaturesAsync(Topology topology)
    {
        using var view = FeatureViews.OfUsers(new ClientOptions { BootstrapServers = kafka.BootstrapServers }, topology).Start();
        await view.CaughtUp;
        return view.Features.ToDictionary(f => f.Key, f => Comparable(f.Value));
    }

    /// <summary>Waits until every user has the expected version, and compares the features themselves.</summary>
    private async Task FinalAsync(Topology topology, IReadOnlyDictionary<string, UserFeatures> expected)
    {
        using var view = FeatureViews.OfUsers(new ClientOptions { BootstrapServers = kafka.BootstrapServers }, topology).Start();
        await Eventually.HoldsAsync("every user has its last version", () => expected.All(e => view.Find(e.Key)?.Version == e.Value.Version));
        Assert.Equal(expected.Count, view.Count);
        foreach (var (user, features) in expected)
            Assert.True(features.Equals(Comparable(view.Find(user)!)), string.Create(CultureInfo.InvariantCulture, $"{user}: expected {features}, found {view.Find(user)}"));
    }

    // Append times are the broker's clock readings.
    private static UserFeatures Comparable(UserFeatures features) => new(features) { SourceAppendTimeMs = 0 };
}
