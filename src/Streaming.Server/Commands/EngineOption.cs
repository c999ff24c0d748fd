using System.CommandLine;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary>The option that chooses the engine of the sequence model over the topology's choice.</summary>
internal sealed class EngineOption
{
    private readonly Option<string?> _engine = new("--engine") { Description = "What runs the sequence model: auto, cpu or gpu [default: the topology's users.engine]" };

    public EngineOption(Command command)
    {
        _engine.AcceptOnlyFromAmong("auto", "cpu", "gpu");
        command.Options.Add(_engine);
    }

    public TopologyFile Apply(ParseResult result, TopologyFile file) =>
        result.GetValue(_engine) is { } engine ? file with { Topology = file.Topology with { Users = file.Topology.Users with { Engine = engine } } } : file;
}
