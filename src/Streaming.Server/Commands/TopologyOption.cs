using System.CommandLine;
using Streaming.Server.Topologies;

namespace Streaming.Server.Commands;

/// <summary>The option that names a topology.</summary>
internal sealed class TopologyOption
{
    private readonly Option<string?> _file = new("--topology") { Description = "The pipeline to run, a YAML file [default: topologies/ads.yaml of the installation]" };

    public TopologyOption(Command command) => command.Options.Add(_file);

    public TopologyFile Read(ParseResult result) => TopologyFile.Read(result.GetValue(_file) ?? Installation.Find(Path.Combine("topologies", "ads.yaml")));
}
