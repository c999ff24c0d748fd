using System.Diagnostics;

namespace Streaming.Server.Tests.Support;

/// <summary>The built program as a process of its own, as a user runs it. It lies beside the tests.</summary>
internal static class StreamingProgram
{
    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "streaming.dll");
    private static readonly string Host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs a command to its end.</summary>
    public static Task<ProgramResult> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), "", arguments);

    /// <summary>Runs a command to its end, with variables set and a standard input.</summary>
    public static async Task<ProgramResult> RunAsync(IReadOnlyDictionary<string, string> environment, string input, params string[] arguments)
    {
        using var program = Start(environment, input, arguments);
        return await program.EndAsync();
    }

    /// <summary>Starts a command.</summary>
    public static RunningProgram Start(params string[] arguments) => Start(new Dictionary<string, string>(), "", arguments);

    private static RunningProgram Start(IReadOnlyDictionary<string, string> environment, string input, string[] arguments)
    {
        var start = new ProcessStartInfo(Host, [Library, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Relative paths of a command must not land in the checkout.
            WorkingDirectory = Path.GetTempPath(),
        };
        // A program here lives for seconds: counting what its code does, to compile it better, costs more than it brings.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(start, input);
    }
}
