using System.CommandLine;
using Streaming.Core.Contracts;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary>A command that writes to the model registry: opens it, acts, and says which model it was about and what was done.</summary>
internal static class RegistryAction
{
    /// <summary>Reads, decides and writes; gives the model and what was done with it.</summary>
    public delegate Task<(ModelPromotion Model, string Done)> Act(RegistryConnection registry, TopologyFile file, ParseResult result, CancellationToken cancellationToken);

    /// <summary>The same command with the options of every such command, and its action.</summary>
    /// <param name="command">Name, arguments and own options.</param>
    /// <param name="settings">The Kafka client's.</param>
    /// <param name="act">What it does.</param>
    /// <param name="describe">The answer for programs.</param>
    /// <param name="text">The answer for people.</param>
    public static Command Of(Command command, KafkaSettings settings, Act act, Func<ModelPromotion, string, object> describe, Func<ModelPromotion, string, string> text)
    {
        var json = JsonOption.Create();
        command.Options.Add(json);
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var file = topology.Read(result);
            using var registry = await RegistryConnection.OpenAsync(file.Topology, await cluster.ConnectAsync(result, cancellationToken), cancellationToken);
            var (model, done) = await act(registry, file, result, cancellationToken);
            Answer.Write(result.GetValue(json), describe(model, done), text(model, done));
            return ExitCodes.Ok;
        });
        return command;
    }
}
