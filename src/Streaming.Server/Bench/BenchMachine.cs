using System.Reflection;

namespace Streaming.Server.Bench;

/// <summary>Where and from what a figure was measured.</summary>
internal static class BenchMachine
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>Processor and cores.</summary>
    public static string Name { get; } = $"{Processor()}, {Environment.ProcessorCount} cores";

    /// <summary>The source revision of this build, or "unknown".</summary>
    public static string Commit { get; } =
        typeof(BenchMachine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var revision]
            ? revision[..Math.Min(12, revision.Length)]
            : "unknown";

    private static string Processor()
    {
        if (!File.Exists(CpuInfo))
            return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown processor";
    }
}
