using System.CommandLine;
using Streaming.Kafka.Embedded;
using Streaming.Server.Bench;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming bench NAME</c>: figures as ratios to a peer or a floor measured in the same run.</summary>
internal static class BenchCommand
{
    private static readonly string[] Names = ["freshness", "hstu", "switch", "all"];
    private static readonly TimeSpan HstuRepetition = TimeSpan.FromMilliseconds(100);

    public static Command Create(KafkaSettings settings)
    {
        var name = new Argument<string>("name") { Description = $"What to measure: {string.Join(", ", Names)}" };
        var rate = new Option<double>("--rate") { Description = "Events a second", DefaultValueFactory = _ => 1_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long, after three seconds of warm-up", DefaultValueFactory = _ => 15 };
        var json = JsonOption.Create();
        var command = new Command("bench", "Measure; one line a figure") { name, rate, seconds, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!Names.Contains(result.GetValue(name)))
                throw new CommandException($"bench '{result.GetValue(name)}': must be one of {string.Join(", ", Names)}");
            if (result.GetValue(rate) <= 0 || result.GetValue(seconds) < 1)
                throw new CommandException("--rate and --seconds must be positive");
            if (result.GetValue(name) is "hstu" or "all")
                foreach (var figure in new HstuBench(HstuRepetition).Run(cancellationToken)) Write(figure, result.GetValue(json));
            if (result.GetValue(name) is "hstu")
                return ExitCodes.Ok;
            using var loggers = Logging.To(LogLevel.Error);
            var bench = new FreshnessBench(topology.Read(result), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), loggers);
            if (result.GetValue(name) is not "switch")
                await EmbeddedAsync(bench, result.GetValue(json), cancellationToken);
            using var kafka = cluster.IsGiven(result) ? cluster.Open(result) : BenchCluster.TryOpen();
            if (result.GetValue(name) is not "switch")
                await KafkaAsync(bench, kafka, result.GetValue(json), cancellationToken);
            if (result.GetValue(name) is not "freshness")
                await SwitchAsync(new SwitchBench(topology.Read(result), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), loggers), kafka, result.GetValue(json), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task EmbeddedAsync(FreshnessBench bench, bool json, CancellationToken cancellationToken)
    {
        using var embedded = new EmbeddedCluster();
        using var open = new Cluster(embedded.Options, embedded, null);
        Write(await bench.RunAsync("embedded", open, cancellationToken), json);
    }

    private static async Task KafkaAsync(FreshnessBench bench, Cluster? cluster, bool json, CancellationToken cancellationToken)
    {
        if (cluster is null)
            await Console.Error.WriteLineAsync("streaming: no real Kafka: name one with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS; its case is left out");
        else
            Write(await bench.RunAsync("kafka", cluster, cancellationToken), json);
    }

    // Only on a real Kafka: the built-in cluster keeps no compacted topic that a backfill could read.
    private static async Task SwitchAsync(SwitchBench bench, Cluster? cluster, bool json, CancellationToken cancellationToken)
    {
        if (cluster is null)
        {
            await Console.Error.WriteLineAsync("streaming: no real Kafka: name one with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS; bench switch is left out");
            return;
        }
        foreach (var figure in await bench.RunAsync("kafka", cluster, cancellationToken))
            Write(figure, json);
    }

    private static void Write(BenchFigure figure, bool json) => Answer.Write(json, figure, figure.Text);
}
