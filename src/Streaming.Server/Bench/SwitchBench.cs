using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;
using Streaming.Server.Workloads;

namespace Streaming.Server.Bench;

/// <summary>
/// Another codebook under load: staged, backfilled, promoted and rolled back while events and new creatives come; freshness beside that of the
/// same run before, features lost, records that mix versions.
/// </summary>
internal sealed class SwitchBench(TopologyFile file, double rate, TimeSpan quiet, ILoggerFactory loggers)
{
    private const int Creatives = 5_000;
    private const double BackfillPerSecond = 200;
    private const string Version = "switched";
    private const int Seed = 2;
    // A young process and young topics take as long until a p99 is that of quiet running; measured sooner, everything after would look good.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterSwitch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CreativeEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<IReadOnlyList<BenchFigure>> RunAsync(string cluster, Cluster open, CancellationToken cancellationToken)
    {
        var topology = file with { Topology = file.Topology.WithPrefix($"bench-{Guid.NewGuid():N}-") };
        using var folder = WorkFolder.Of(null);
        await using var platform = await Platform.StartAsync(
            new PlatformOptions { Topology = topology, Kafka = open.Options, Topics = open.Topics, StateDirectory = folder.Path, Roles = Roles.Users | Roles.Creatives | Roles.Memory },
            TimeProvider.System,
            loggers,
            cancellationToken);
        var workload = new AdWorkload(
            new AdWorkloadOptions { EventsPerSecond = rate, InitialCreatives = Creatives, NewCreativesPerSecond = 0, LateShare = 0, DuplicateShare = 0, BadShare = 0 }, DateTimeOffset.UtcNow);
        var initial = workload.InitialCreatives().Select(r => r.Creative!).ToList();
        var codebook = Path.Combine(folder.Path, "codebook");
        Train(platform.Models.Encoder, initial, cancellationToken).Save(codebook);

        var client = open.Client("/streaming/bench");
        var join = new LatencyJoin();
        var users = new ConcurrentQueue<UserFeatures>();
        var partitions = platform.Partitions[platform.Topology.Topics.UserEvents.Name];
        using var userView = FeatureViews.OfUsers(client, platform.Topology, r =>
        {
            users.Enqueue(r.Features!);
            join.Arrived(Murmur2.Partition(r.Key, partitions), r.Features!.Version);
        }).Start();
        using var producer = new StreamingProducer(client, platform.Topology, TimeProvider.System);
        await UntilAsync("the platform is ready", () => platform.NotReady().Count == 0, cancellationToken);
        await Task.WhenAll(initial.Select(producer.SendAsync));
        await UntilAsync("the creatives are known", () => platform.Creatives.Count == Creatives, cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var events = workload.Until(DateTimeOffset.MaxValue).Where(r => r.Kind == WorkloadKind.Event).Select(r => PacedRecord.Of(r.Event!)).GetEnumerator();
        var sending = Task.Run(() => SendUntil(new PacedSender(producer, platform.Topology.Topics.UserEvents.Name, partitions, join), events, end.Token), CancellationToken.None);
        var creating = CreateUntilAsync(producer, initial, end.Token);
        await Task.Delay(WarmUp, cancellationToken);
        var before = join.Begin();
        await Task.Delay(quiet, cancellationToken);

        var during = join.Begin();
        var staged = Stopwatch.GetTimestamp();
        await RegistryAsync(open, topology, r => CreativeStaging.StageAsync(r, topology, new(null, codebook, null), Version, BackfillPerSecond, cancellationToken), cancellationToken);
        await UntilAsync("the backfill is complete", () => IsBackfilled(platform), cancellationToken);
        var backfill = Stopwatch.GetElapsedTime(staged);
        await RegistryAsync(open, topology, r => CompareAsync(r, topology, cancellationToken), cancellationToken);

        var switching = join.Begin();
        var first = platform.Creatives.Versions;
        await RegistryAsync(open, topology, r => r.WriteAsync([r.Models.Promote(Version, Now())!], cancellationToken), cancellationToken);
        await UntilAsync("the other codebook is in effect", () => platform.Creatives.Versions != first, cancellationToken);
        await Task.Delay(AfterSwitch, cancellationToken);
        await RegistryAsync(open, topology, r => r.WriteAsync([r.Models.RollBack(Now())], cancellationToken), cancellationToken);
        await UntilAsync("the first codebook is in effect", () => platform.Creatives.Versions == first, cancellationToken);
        await Task.Delay(AfterSwitch, cancellationToken);

        await end.CancelAsync();
        var sent = await sending;
        var created = Creatives + await creating;
        await UntilAsync("every feature has arrived", () => join.Matched == sent, cancellationToken, orElse: () => { });
        await UntilAsync("both models have every creative", () => platform.Creatives.Count == created && IsBackfilled(platform), cancellationToken);
        var mixing = await MixingAsync(client, platform, cancellationToken);
        var name = string.Create(CultureInfo.InvariantCulture, $"{cluster}_{rate:0}");
        return
        [
            Figure(name + "_backfill", during, before),
            Figure(name + "_promote_and_roll_back", switching, before),
            new("switch", name + "_backfill_rate", Math.Round(Creatives / backfill.TotalSeconds, 1), "creatives/s"),
            new("switch", name + "_lost", sent - join.Matched + (2 * created) - mixing.Creatives, "features"),
            new("switch", name + "_mixed", mixing.Check.MixedCreatives + users.Count(mixing.Check.IsMixed), "records"),
            new("switch", name + "_switched", users.Count(u => u.CodebookVersion != first.Codebook), "features"),
        ];
    }

    private static BenchFigure Figure(string name, LatencyRecorder recorder, LatencyRecorder before) => new("switch", name, Round(recorder.QuantileMs(0.99)), "ms")
    {
        P50 = Round(recorder.QuantileMs(0.5)),
        P99 = Round(recorder.QuantileMs(0.99)),
        Peer = $"before staging, p99 in ms (its p50: {Round(before.QuantileMs(0.5))})",
        PeerValue = Round(before.QuantileMs(0.99)),
    };

    private static Codebook Train(CreativeEncoder encoder, List<Creative> creatives, CancellationToken cancellationToken)
    {
        var rows = new float[creatives.Count * encoder.Dimension];
        for (var i = 0; i < creatives.Count; i++)
            encoder.Encode([CreativeTextComposer.Compose(creatives[i])], rows.AsSpan(i * encoder.Dimension, encoder.Dimension));
        var options = new RqKMeansOptions { CodebookVersion = Version, EncoderVersion = encoder.Version, Layers = 2, Size = 256, Iterations = 5, Seed = Seed };
        return RqKMeansTrainer.Train(rows, encoder.Dimension, options, null, cancellationToken);
    }

    private long SendUntil(PacedSender sender, IEnumerator<PacedRecord> events, CancellationToken end)
    {
        long sent = 0;
        while (!end.IsCancellationRequested)
            sent += sender.Send(events, rate, CreativeEvery, CancellationToken.None);
        return sent;
    }

    // New creatives come all the while: both models have to keep up with them.
    private static async Task<int> CreateUntilAsync(StreamingProducer producer, List<Creative> like, CancellationToken end)
    {
        var created = 0;
        using var timer = new PeriodicTimer(CreativeEvery);
        while (!end.IsCancellationRequested)
        {
            var creative = new Creative(like[created % like.Count]) { CreativeId = $"new-{created}", EventTimeMs = Now() };
            await producer.SendAsync(creative);
            created++;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
        return created;
    }

    private static bool IsBackfilled(Platform platform) =>
        platform.Positions(Core.Topologies.Topology.RoleOf("creatives", Version)) is { Count: > 0 } positions && positions.All(p => p.Lag is 0);

    // What `creatives promote` looks at first.
    private static async Task CompareAsync(RegistryConnection registry, TopologyFile topology, CancellationToken cancellationToken)
    {
        var models = registry.Models.Models;
        var started = Stopwatch.GetTimestamp();
        while (!(await CreativeTopics.CompareAsync(topology.Topology, registry.Cluster, models.Current, models.Find(Version)!, cancellationToken)).IsComplete)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException("the backfill did not become complete");
        }
    }

    private static async Task RegistryAsync(Cluster open, TopologyFile topology, Func<RegistryConnection, Task> act, CancellationToken cancellationToken)
    {
        using var registry = await RegistryConnection.OpenAsync(topology.Topology, open with { Owned = null }, cancellationToken);
        await act(registry);
    }

    private static async Task<(VersionMixing Check, int Creatives)> MixingAsync(ClientOptions client, Platform platform, CancellationToken cancellationToken)
    {
        var check = new VersionMixing();
        var first = platform.Topology.Topics.CreativeFeatures.Name;
        using var live = FeatureViews.OfCreatives(client, platform.Topology, r => check.Add(first, r.Features!)).Start();
        await live.CaughtUp.WaitAsync(cancellationToken);
        var held = live.Count;
        live.Dispose();
        using var other = FeatureViews.OfCreatives(client, platform.Topology, Version, r => check.Add(Version, r.Features!)).Start();
        await other.CaughtUp.WaitAsync(cancellationToken);
        return (check, held + other.Count);
    }

    private static async Task UntilAsync(string what, Func<bool> condition, CancellationToken cancellationToken, Action? orElse = null)
    {
        var started = Stopwatch.GetTimestamp();
        await Console.Error.WriteLineAsync($"streaming: waiting until {what}");
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) <= Patience)
                await Task.Delay(10, cancellationToken);
            else if (orElse is null)
                throw new TimeoutException($"{what}: not within {Patience.TotalSeconds:0} s");
            else
                return;
        }
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static double Round(double ms) => Math.Round(ms, 3);
}
