using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Support;

/// <summary>How the program ended and what it said.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Exit code of a process that SIGKILL ended, as shells and .NET give it.</summary>
    public const int Killed = 137;

    /// <summary>The last line of standard error: what the program says when it fails.</summary>
    public string LastError => Error.TrimEnd().Split('\n')[^1];

    /// <summary>Standard output as JSON lines.</summary>
    public IReadOnlyList<JsonObject> JsonLines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];

    /// <summary>The same result, once it is known that the program ended as expected.</summary>
    public ProgramResult Exited(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode} instead of {code}; it said: {Output}{Error}");
        return this;
    }
}
