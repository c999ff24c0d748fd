using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Server.Bench;

namespace Streaming.Server.Tests.Composition;

/// <summary>Another codebook is staged, backfilled, promoted and rolled back under load, as an operator does it: with the program, on a real broker.</summary>
public sealed class CreativeSwitchTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>, IDisposable
{
    private const int Creatives = 200;
    private const int InEffect = 324;
    private const string Version = "other";
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealKafkaFact]
    public async Task Features_are_promoted_and_rolled_back_under_load_with_none_lost_and_none_mixed()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(kafka.BootstrapServers);
        using var instance = await ServerInstance.StartAsync(topology, _folder.PathOf("state"), "--bootstrap-servers", kafka.BootstrapServers);
        await instance.ReadyAsync();
        var (creatives, events) = (0, 0);
        for (; creatives < Creatives; creatives++)
            await producer.SendAsync(TestProducer.Creative($"c{creatives}", $"title {creatives * 7919}"));
        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, Creatives);

        Assert.Contains("name --encoder", (await RunAsync(topology, "stage")).Exited(2).LastError, StringComparison.Ordinal);
        await WhileSendingAsync(RunAsync(topology, "stage", "--codebook", Codebook(), "--version", Version, "--rate", "400"));
        await WhileSendingAsync(progress.ReachesAsync(topology.Topology.CreativeFeaturesOf(Version), Creatives));
        await WhileSendingAsync(Eventually.HoldsAsync("the backfill is complete", () => RunAsync(topology, "promote", Version).GetAwaiter().GetResult().ExitCode == 0));
        await WhileSendingAsync(Eventually.HoldsAsync("the other codebook is in effect", () => instance.Logs(InEffect).Count == 1));
        Assert.Equal(Version, await CodebookOfAsync(instance, "/v1/creatives/c1"));
        await WhileSendingAsync(RunAsync(topology, "rollback"));
        await WhileSendingAsync(Eventually.HoldsAsync("the first codebook is in effect", () => instance.Logs(InEffect).Count == 2));
        Assert.Equal(Version, await CodebookOfAsync(instance, $"/v1/creatives/c1?version={Version}"));
        Assert.NotEqual(Version, await CodebookOfAsync(instance, "/v1/creatives/c1"));
        await SendAsync();
        await progress.ReachesAsync(topology.Topics.UserFeatures.Name, events);
        await progress.ReachesAsync(topology.Topology.CreativeFeaturesOf(Version), creatives);
        await progress.ReachesAsync(topology.Topics.CreativeFeatures.Name, creatives);

        var check = new VersionMixing();
        foreach (var topic in new[] { topology.Topics.CreativeFeatures.Name, topology.Topology.CreativeFeaturesOf(Version) })
        {
            var features = (await TopicRecords.ReadAsync(kafka.BootstrapServers, topic)).Select(r => CreativeFeatures.Parser.ParseFrom(r.Value)).ToList();
            Assert.Equal(creatives, features.Select(f => f.CreativeId).Distinct().Count());
            features.ForEach(f => check.Add(topic, f));
        }
        var users = (await TopicRecords.ReadAsync(kafka.BootstrapServers, topology.Topics.UserFeatures.Name)).Select(r => UserFeatures.Parser.ParseFrom(r.Value)).ToList();
        Assert.Equal(events, users.Select(u => (u.UserId, u.Version)).Distinct().Count());
        Assert.Equal(0, check.MixedCreatives);
        Assert.DoesNotContain(users, check.IsMixed);
        Assert.Equal(2, users.Select(u => u.CodebookVersion).Distinct().Count());

        // The planted faults: an ID of one codebook under the other's name, and a creative in the other model's topic.
        var switched = users.Last(u => u.CodebookVersion == Version && u.RecentSemanticIds.Count > 0);
        Assert.True(check.IsMixed(new UserFeatures(switched) { CodebookVersion = users[0].CodebookVersion }));
        check.Add(topology.Topics.CreativeFeatures.Name, new CreativeFeatures { CodebookVersion = Version, SemanticId = new SemanticId() });
        Assert.Equal(1, check.MixedCreatives);

        async Task SendAsync()
        {
            await producer.SendAsync(TestProducer.Click($"u{events % 10}", $"c{events % Creatives}", $"e{events}"));
            if (++events % 10 == 0)
                await producer.SendAsync(TestProducer.Creative($"c{creatives++}", $"new {events}"));
        }

        async Task WhileSendingAsync(Task work)
        {
            using var pace = new PeriodicTimer(Pace);
            while (!work.IsCompleted)
            {
                await SendAsync();
                await pace.WaitForNextTickAsync();
            }
            await work;
        }
    }

    private Task<ProgramResult> RunAsync(TestTopology topology, params string[] command) =>
        StreamingProgram.RunAsync(["creatives", .. command, "--topology", topology.Path, "--bootstrap-servers", kafka.BootstrapServers]);

    private static async Task<string?> CodebookOfAsync(ServerInstance instance, string path) => (string?)(await instance.AskAsync(path)).Body["codebook_version"];

    private string Codebook()
    {
        var random = new Random(7);
        var centroids = Enumerable.Range(0, 2 * 64 * 32).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var folder = _folder.PathOf("codebook");
        new Codebook(new CodebookInfo(Version, EncoderManifest.Load(RepositoryFiles.PathOf("models/encoder-default")).EncoderVersion!, "random", 2, 64, 32), centroids).Save(folder);
        return folder;
    }
}
