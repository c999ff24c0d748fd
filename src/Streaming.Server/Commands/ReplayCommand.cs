using System.CommandLine;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Replay;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary><c>streaming replay DIR</c>: a data set through the whole platform, with a digest of what came out.</summary>
internal static class ReplayCommand
{
    public static Command Create(KafkaSettings settings)
    {
        var directory = new Argument<string>("directory") { Description = "The data set: ml-latest-small, amazon-industrial or amazon-beauty, recognised by its files" };
        var command = new Command("replay", "Stream a data set as creatives and events, in event-time order, through all roles in this process") { directory };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings);
        var engine = new EngineOption(command);
        var state = new Option<string?>("--state-dir") { Description = "Where tasks keep their state; with it and a real cluster, a replay that was killed goes on where it was [default: a temporary folder]" };
        var prefix = new Option<string>("--prefix") { Description = "Put before every topic and group, to replay beside other data", DefaultValueFactory = _ => "" };
        var json = JsonOption.Create();
        command.Options.Add(state);
        command.Options.Add(prefix);
        command.Options.Add(json);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var loggers = Logging.To(LogLevel.Warning);
            using var folder = WorkFolder.Of(result.GetValue(state));
            var dataSet = DataSets.Open(result.GetValue(directory)!);
            var file = engine.Apply(result, topology.Read(result));
            using var open = cluster.Open(result);
            await using var platform = await Platform.StartAsync(
                new PlatformOptions
                {
                    Topology = file with { Topology = file.Topology.WithPrefix(result.GetValue(prefix)!) },
                    Roles = Roles.Users | Roles.Creatives | Roles.Memory,
                    Kafka = open.Options,
                    Topics = open.Topics,
                    StateDirectory = folder.Path,
                },
                TimeProvider.System,
                loggers,
                cancellationToken);
            using var replay = new DataSetReplay(platform, open, dataSet, loggers);
            var summary = await Progress.RunAsync(result.GetValue(json), progress => replay.RunAsync(progress, cancellationToken));
            Answer.Write(result.GetValue(json), summary, summary.ToString());
            return ExitCodes.Ok;
        });
        return command;
    }
}
