using System.CommandLine;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary><c>streaming topology validate</c>.</summary>
internal static class TopologyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The topology, a YAML file" };
        var models = new Option<bool>("--models") { Description = "Load the models too, and check that they fit" };
        var json = JsonOption.Create();
        var validate = new Command("validate", "Check a topology; exit code 2 and every violation if it cannot run") { file, models, json };
        validate.SetAction(result =>
        {
            var topology = TopologyFile.Read(result.GetValue(file)!);
            if (result.GetValue(models))
                ModelSet.Load(topology).Dispose();
            Answer.Write(
                result.GetValue(json),
                new { valid = true, name = topology.Topology.Name },
                $"{result.GetValue(file)}: topology '{topology.Topology.Name}' is valid");
            return ExitCodes.Ok;
        });
        return new Command("topology", "Work with topologies") { validate };
    }
}
