using System.Text.RegularExpressions;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Models.Hstu;
using Streaming.Server.Tests.Replay;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Composition;

/// <summary>A running instance goes over to a promoted model and back, as an operator does it: with the program, on a real broker.</summary>
public sealed partial class PromotionTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>, IDisposable
{
    private const string Promoted = "hstu-promoted";
    private const int Offered = 321;
    private const int Refused = 322;
    private static readonly string Configured = HstuModel.Load(RepositoryFiles.PathOf("models/hstu-default")).ModelVersion;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealKafkaFact]
    public async Task A_stream_goes_over_to_a_promoted_model_and_back_without_losing_or_mixing_anything()
    {
        var model = Save(Promoted, seed: 7);
        using var before = new ReplayPlace(kafka.BootstrapServers);
        using var after = new ReplayPlace(kafka.BootstrapServers, edit: text => Model().Replace(text, $"model: {model}"));
        await before.RunAsync(SmallDataSet.First.Folder);
        await after.RunAsync(SmallDataSet.First.Folder);
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: text => Joined().Replace(text, $"creative_features: {{ name: {before.CreativeFeatures},"));
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var progress = new TopicProgress(kafka.BootstrapServers);
        using var instance = await StartAsync(topology, "state");
        var events = new Queue<WorkloadRecord[]>(SmallDataSet.First.Read().Where(r => r.Kind == WorkloadKind.Event).Chunk(10));

        // The configured model has seen every user before the change: otherwise there would be nothing to rebuild.
        for (var i = 0; i < 100; i++)
            await SendAsync(events.Dequeue());
        await progress.ReachesAsync(topology.Topics.UserFeatures.Name, 1_000);
        await WhileSendingAsync(AskAsync(topology, "promote", model), () => instance.Logs(Offered).Count == 1);
        await WhileSendingAsync(AskAsync(topology, "rollback"), () => instance.Logs(Offered).Count == 2);
        while (events.TryDequeue(out var rest))
            await SendAsync(rest);
        await progress.ReachesAsync(topology.Topics.UserFeatures.Name, SmallDataSet.Ratings);

        var expected = new Dictionary<string, Dictionary<(string, long), UserFeatures>>
        {
            [Configured] = (await FeaturesAsync(before.UserFeatures)).ToDictionary(f => (f.UserId, f.Version)),
            [Promoted] = (await FeaturesAsync(after.UserFeatures)).ToDictionary(f => (f.UserId, f.Version)),
        };
        var published = await FeaturesAsync(topology.Topics.UserFeatures.Name);
        Assert.Equal(SmallDataSet.Ratings, published.Count);
        Assert.Equal(SmallDataSet.Ratings, published.Select(f => (f.UserId, f.Version)).Distinct().Count());
        Assert.All(published, f => Assert.Equal(expected[f.ModelVersion][(f.UserId, f.Version)], f));
        Assert.InRange(published.Count(f => f.ModelVersion == Promoted), 1, SmallDataSet.Ratings - 1);
        Assert.NotEqual(expected[Configured].First().Value.Embedding, expected[Promoted][expected[Configured].First().Key].Embedding);
        var metrics = await instance.MetricsAsync();
        Assert.Equal(2, metrics.Sum("streaming_model_promotions_total", ("outcome", "applied")));
        Assert.Equal(1, metrics.Sum("streaming_model_info", ("model_version", Configured), ("engine", "cpu")));
        Assert.Equal(SmallDataSet.Ratings, metrics.Sum("streaming_sequence_batch_size_sum"));
        Assert.Equal(SmallDataSet.Ratings, metrics.Sum("streaming_sequence_cache_hits_total") + metrics.Sum("streaming_sequence_cache_misses_total"));
        Assert.InRange(metrics.Sum("streaming_sequence_cache_rebuilds_total"), SmallDataSet.Users + 1, 2 * SmallDataSet.Users);

        Task SendAsync(WorkloadRecord[] records) => producer.SendAllAsync(topology.Topics.UserEvents.Name, records);

        // The events go on until the instance has heard, and a few more to be stepped by what it heard of.
        async Task WhileSendingAsync(Task command, Func<bool> heard)
        {
            using var pace = new PeriodicTimer(Pace);
            while (!command.IsCompleted || !heard())
            {
                Assert.True(events.Count > 4, "the data set ended before the instance had heard");
                await SendAsync(events.Dequeue());
                await pace.WaitForNextTickAsync();
            }
            await command;
            await SendAsync(events.Dequeue());
        }
    }

    [RealKafkaFact]
    public async Task A_restart_runs_the_promoted_model_and_a_damaged_one_is_refused_while_the_old_goes_on()
    {
        var model = Save(Promoted, seed: 7);
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        Assert.True((bool)(await AskAsync(topology, "promote", model)).JsonLines[0]["current"]!);
        using (var instance = await StartAsync(topology, "state"))
        {
            await instance.ReadyAsync();
            // Written by other hands than `model promote`, which would have looked.
            var damaged = new ModelPromotion { Role = "users", ModelVersion = "hstu-damaged", Location = model, WeightsSha256 = "00", Replaces = Promoted };
            await producer.SendRawAsync(topology.Topics.ModelRegistry.Name, ModelRegistry.KeyOf("users", damaged.ModelVersion), damaged);
            await Eventually.HoldsAsync("the damaged model is refused", () => instance.Logs(Refused).Count == 1);
            Assert.Contains("hstu-damaged", (string)instance.Logs(Refused)[0]["Reason"]!, StringComparison.Ordinal);
            await producer.SendAsync(TestProducer.Click("u1", "c1", "e1"));
            await Eventually.HoldsAsync("the promoted model runs", () => Running(instance) == Promoted);
            Assert.Equal(1, (await instance.MetricsAsync()).Sum("streaming_model_promotions_total", ("outcome", "failed")));
            (await AskAsync(topology, "rollback")).Exited(0);
            await instance.TerminateAsync();
        }

        using var again = await StartAsync(topology, "state");
        await again.ReadyAsync();
        Assert.Equal(Promoted, (string)Assert.Single(again.Logs(Offered))["Version"]!);
        Assert.Empty(again.Logs(Refused));
        var listed = (await AskAsync(topology, "list")).JsonLines[0]["models"]!.AsArray();
        Assert.Equal([Promoted, "hstu-damaged", Configured], listed.Select(m => (string)m!["model_version"]!));
    }

    [RealKafkaFact]
    public async Task A_model_that_does_not_fit_is_not_promoted()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        var narrow = _folder.PathOf("narrow");
        HstuModel.Seeded(HstuDefaultModel.Config with { ContentWidth = 16, Actions = ["click"] }, 1, "narrow").Save(narrow);
        var same = Save(Configured, seed: 7);

        Assert.Contains("must take contents of the encoder's dimension 32", (await RunAsync(topology, "promote", narrow)).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Contains("give the new model another version", (await RunAsync(topology, "promote", same)).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Contains("does not exist", (await RunAsync(topology, "promote", _folder.PathOf("missing"))).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Contains("not in the registry", (await RunAsync(topology, "promote", "--version", "unheard-of")).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Contains("either", (await RunAsync(topology, "promote")).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Contains("nothing was promoted", (await RunAsync(topology, "rollback")).Exited(2).LastError, StringComparison.Ordinal);
        Assert.Empty((await AskAsync(topology, "list")).JsonLines[0]["models"]!.AsArray());
    }

    private static string Running(ServerInstance instance)
    {
        var answer = instance.AskAsync("/").GetAwaiter().GetResult();
        return (string)answer.Body["model"]!["version"]!;
    }

    private string Save(string version, ulong seed)
    {
        var folder = _folder.PathOf($"{version}-{seed}");
        HstuModel.Seeded(HstuDefaultModel.Config, seed, version).Save(folder);
        return folder;
    }

    private Task<ServerInstance> StartAsync(TestTopology topology, string state) =>
        ServerInstance.StartAsync(topology, _folder.PathOf(state), "--roles", "users", "--bootstrap-servers", kafka.BootstrapServers);

    private async Task<ProgramResult> AskAsync(TestTopology topology, params string[] command) => (await RunAsync(topology, [.. command, "--json"])).Exited(0);

    private Task<ProgramResult> RunAsync(TestTopology topology, params string[] command) =>
        StreamingProgram.RunAsync(["model", .. command, "--topology", topology.Path, "--bootstrap-servers", kafka.BootstrapServers]);

    // Append times are the broker's clock readings.
    private async Task<IReadOnlyList<UserFeatures>> FeaturesAsync(string topic) =>
        [.. (await TopicRecords.ReadAsync(kafka.BootstrapServers, topic)).Select(r => new UserFeatures(UserFeatures.Parser.ParseFrom(r.Value)) { SourceAppendTimeMs = 0 })];

    [GeneratedRegex(@"model: \S+")]
    private static partial Regex Model();

    [GeneratedRegex(@"creative_features: \{ name: \S+,")]
    private static partial Regex Joined();
}
