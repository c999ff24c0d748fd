using System.CommandLine;
using Streaming.Kafka.Embedded;
using Streaming.Runtime.Tasks;
using Streaming.Server.Api;
using Streaming.Server.Composition;
using Streaming.Server.Demo;
using Streaming.Server.Metrics;
using Streaming.Server.Output;
using Streaming.Server.Replay;

namespace Streaming.Server.Commands;

/// <summary><c>streaming demo</c>: everything in one process, with a built-in ad workload.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How many seconds of the workload are sent; a machine that cannot keep its pace takes longer", DefaultValueFactory = _ => 30 };
        var rate = new Option<double>("--rate") { Description = "Events a second", DefaultValueFactory = _ => 1_000 };
        var users = new Option<int>("--users") { Description = "Users of the workload", DefaultValueFactory = _ => 2_000 };
        var seed = new Option<int>("--seed") { Description = "Seed of the workload", DefaultValueFactory = _ => 42 };
        var http = HttpOption.Create("Address of the HTTP API while the demo runs; port 0 takes a free one", "http://127.0.0.1:0");
        var json = JsonOption.Create();
        var command = new Command("demo", "Run everything in this process, on the built-in cluster, under a believable ad workload") { seconds, rate, users, seed, http, json };
        var topology = new TopologyOption(command);
        var engine = new EngineOption(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(seconds) < 1 || result.GetValue(rate) <= 0 || result.GetValue(users) < 1)
                throw new CommandException("--seconds, --rate and --users must be positive");
            var options = new DemoOptions(TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(rate), result.GetValue(users), result.GetValue(seed));
            using var loggers = Logging.To(LogLevel.Warning);
            using var folder = WorkFolder.Of(null);
            using var embedded = new EmbeddedCluster();
            using var cluster = new Cluster(embedded.Options, embedded, null);
            using var metrics = new PrometheusExporter();
            var started = TimeProvider.System.GetTimestamp();
            await using var platform = await Platform.StartAsync(
                new PlatformOptions { Topology = engine.Apply(result, topology.Read(result)), Kafka = cluster.Options, Topics = cluster.Topics, StateDirectory = folder.Path },
                TimeProvider.System,
                loggers,
                cancellationToken);
            await using var api = await ApiHost.StartAsync(platform, new ApiOptions(result.GetValue(http)!), loggers);
            if (!result.GetValue(json))
                await Console.Error.WriteLineAsync($"HTTP API: {api.Url} (try /metrics, /readyz, /v1/users/ID) until the demo ends");
            using var session = new DemoSession(platform, cluster, options, loggers);
            var work = session.RunAsync(cancellationToken);
            await (result.GetValue(json) ? work : new LiveView(session, TimeProvider.System).WatchAsync(work));

            var run = Summarise(session, TimeProvider.System.GetElapsedTime(started));
            if (result.GetValue(json))
                Console.WriteLine(Answer.Line(run));
            else
                Console.WriteLine(await DemoSummary.CollectAsync(session, run, metrics, cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static RunSummary Summarise(DemoSession session, TimeSpan elapsed)
    {
        var totals = session.Platform.Metrics;
        return new RunSummary(
            session.SentEvents,
            session.Tap.Versions,
            session.Tap.Users.Count,
            session.Tap.Creatives.Count,
            totals.Totals("users")[ProcessOutcome.Rejected] + totals.Totals("creatives")[ProcessOutcome.Rejected],
            session.Tap.Digest(),
            FreshnessSummary.Of(session.Tap.Freshness),
            Math.Round(elapsed.TotalSeconds, 2));
    }
}
