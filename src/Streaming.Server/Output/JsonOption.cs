using System.CommandLine;

namespace Streaming.Server.Output;

/// <summary>The option every command has for machines.</summary>
internal static class JsonOption
{
    public static Option<bool> Create() => new("--json") { Description = "Answer in JSON, one object a line" };
}
