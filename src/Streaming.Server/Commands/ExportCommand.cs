using System.CommandLine;
using Streaming.Kafka.Clients;
using Streaming.Models.Encoders;
using Streaming.Server.Export;
using Streaming.Server.Output;
using Streaming.Server.Topologies;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary><c>streaming export --output DIR</c>: an event log for training.</summary>
internal static class ExportCommand
{
    private const string AdsWorkload = "ads";

    /// <summary>Fixed, so that two exports of one seed are the same bytes.</summary>
    private static readonly DateTimeOffset WorkloadStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command Create(KafkaSettings settings)
    {
        var output = new Option<string>("--output", "--out") { Description = $"Folder to write {EventLogExport.EventsFile} and {EventLogExport.CreativesFile} to", Required = true };
        var data = new Option<string?>("--data") { Description = "Source: a data set, ml-latest-small, amazon-industrial or amazon-beauty, recognised by its files" };
        var workload = new Option<string?>("--workload") { Description = $"Source: the demo's generator, '{AdsWorkload}', as fast as it can" };
        var events = new Option<int>("--events") { Description = "Events of the workload", DefaultValueFactory = _ => 200_000 };
        var users = new Option<int>("--users") { Description = "Users of the workload", DefaultValueFactory = _ => 2_000 };
        var seed = new Option<int>("--seed") { Description = "Seed of the workload; the demo's own is 42", DefaultValueFactory = _ => 1 };
        var json = JsonOption.Create();
        var command = new Command("export", "Write an event log and its creatives as JSON lines, for training, from one source: --data, --workload or --bootstrap-servers")
        {
            output, data, workload, events, users, seed, json,
        };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, embedded: false);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (new[] { result.GetValue(data) is not null, result.GetValue(workload) is not null, cluster.IsGiven(result) }.Count(given => given) != 1)
                throw new CommandException("exactly one of --data, --workload and --bootstrap-servers must be given");
            if (result.GetValue(workload) is { } name && name != AdsWorkload)
                throw new CommandException($"--workload '{name}': must be {AdsWorkload}");
            if (result.GetValue(events) < 1 || result.GetValue(users) < 1)
                throw new CommandException("--events and --users must be positive");
            var file = topology.Read(result);
            using var encoder = CreativeEncoder.Load(file.Resolve(file.Topology.Creatives.Encoder));
            var records = result.GetValue(data) is { } folder ? DataSets.Open(folder).Read()
                : result.GetValue(workload) is not null ? Ads(result.GetValue(events), new AdWorkloadOptions { Users = result.GetValue(users), Seed = result.GetValue(seed) })
                : await TopicsAsync(cluster, result, file, cancellationToken);
            var export = new EventLogExport(file.Topology, encoder, TimeProvider.System);
            var summary = await Progress.RunAsync(
                result.GetValue(json),
                progress => Task.Run(() => export.Write(records, result.GetValue(output)!, progress, records.LongCount(r => r.Kind != WorkloadKind.Creative), cancellationToken), cancellationToken));
            Answer.Write(result.GetValue(json), summary, $"{summary}; written to {result.GetValue(output)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The generator's creatives and its first <paramref name="events"/> events, late and repeated ones where they arrive. The same on every enumeration.</summary>
    private static IEnumerable<WorkloadRecord> Ads(int events, AdWorkloadOptions options)
    {
        var generator = new AdWorkload(options, WorkloadStart);
        foreach (var creative in generator.InitialCreatives())
            yield return creative;
        foreach (var record in generator.Until(DateTimeOffset.MaxValue))
        {
            yield return record;
            if (record.Kind != WorkloadKind.Creative && --events == 0)
                yield break;
        }
    }

    private static async Task<IEnumerable<WorkloadRecord>> TopicsAsync(ClusterOptions cluster, ParseResult result, TopologyFile file, CancellationToken cancellationToken)
    {
        using var loggers = Logging.To(LogLevel.Warning);
        using var open = await cluster.ConnectAsync(result, cancellationToken);
        return await TopicRecords.ReadAsync(new KafkaLogReader(open.Options, loggers.CreateLogger<KafkaLogReader>()), file.Topology.Topics, cancellationToken);
    }
}
