using System.CommandLine;
using Streaming.Server.Api;
using Streaming.Server.Composition;

namespace Streaming.Server.Commands;

/// <summary><c>streaming run</c>: an instance of a topology, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create(KafkaSettings settings)
    {
        var command = new Command("run", "Run a topology, or some roles of it, until SIGTERM or Ctrl-C");
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings);
        var engine = new EngineOption(command);
        var roles = new Option<string>("--roles") { Description = "users, creatives, memory, api: comma separated, or all", DefaultValueFactory = _ => "all" };
        var state = new Option<string>("--state-dir") { Description = "Where tasks keep their state", DefaultValueFactory = _ => ".state" };
        var http = HttpOption.Create("Address of the HTTP API", "http://127.0.0.1:8080");
        var advertise = UrlOption.Create("--advertise", "Where other instances reach this one, http://host:port [default: the address of --http, under this machine's name where that is every address]");
        var instance = new Option<string?>("--group-instance-id") { Description = "Static group membership: a name that this instance keeps over restarts" };
        var json = new Option<bool>("--json") { Description = "Log JSON lines" };
        foreach (var option in new Option[] { roles, state, http, advertise, instance, json })
            command.Options.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var loggers = Logging.To(LogLevel.Information, result.GetValue(json));
            using var open = cluster.Open(result, result.GetValue(instance));
            await using var platform = await Platform.StartAsync(
                new PlatformOptions
                {
                    Topology = engine.Apply(result, topology.Read(result)),
                    Roles = RoleNames.Parse(result.GetValue(roles)!),
                    Kafka = open.Options,
                    Topics = open.Topics,
                    StateDirectory = result.GetValue(state)!,
                },
                TimeProvider.System,
                loggers,
                cancellationToken);
            await using var api = await ApiHost.StartAsync(platform, new ApiOptions(result.GetValue(http)!, result.GetValue(advertise), AdminAccess.TokenOfEnvironment), loggers);
            await platform.Completion.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!platform.Completion.IsFaulted)
                return ExitCodes.Ok;
            Failures.Report(platform.Completion.Exception!.InnerException!);
            return ExitCodes.Failed;
        });
        return command;
    }
}
