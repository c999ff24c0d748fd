using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary>The option of commands that can ask for an older version of a memory namespace.</summary>
internal static class AsOfOption
{
    public static Option<string?> Create() => new("--as-of") { Description = "Answer from an older version: its number, or a time such as 2026-01-31T12:00:00Z [default: the newest]" };
}
