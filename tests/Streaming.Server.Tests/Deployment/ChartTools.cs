using System.Runtime.InteropServices;

namespace Streaming.Server.Tests.Deployment;

/// <summary>
/// Helm and kubectl-validate. They are found in the folder <c>tools</c> of STREAMING_SHARED, or of ../shared beside the checkout,
/// and unpacked once per run into a temporary folder that <see cref="ChartToolsFolder"/> removes after the last test that uses them.
/// </summary>
internal sealed class ChartTools
{
    private const string KubernetesVersion = "1.30";
    private static readonly string Source = SharedFolder.PathOf("tools");

    private static readonly Lazy<Task<ChartTools>> Unpacked = new(UnpackAsync);
    private static readonly Lazy<Task<string>> Default = new(async () => (await RenderAsync()).Output);

    private readonly string _folder;

    private ChartTools(string folder) => _folder = folder;

    /// <summary>Why the tools cannot run here, or null when they can.</summary>
    public static string? Missing { get; } =
        !OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != System.Runtime.InteropServices.Architecture.X64 ? "the chart tools are built for Linux x64"
        : !File.Exists(Path.Combine(Source, "unpack")) ? "no chart tools: set STREAMING_SHARED to a folder that has tools/unpack"
        : null;

    /// <summary>The manifests of the chart's default values.</summary>
    public static Task<string> DefaultManifestsAsync() => Default.Value;

    /// <summary>Renders the chart as release <c>rel</c> in namespace <c>ns</c>.</summary>
    public static Task<ToolResult> RenderAsync(params string[] options) =>
        HelmAsync(["template", "rel", RepositoryFiles.PathOf("helm/streaming"), "--namespace", "ns", .. options]);

    /// <summary>Renders the chart with the given values laid over its own.</summary>
    public static async Task<ToolResult> RenderWithAsync(string valuesYaml)
    {
        var file = await WriteAsync(valuesYaml);
        return await RenderAsync("--values", file);
    }

    /// <summary>Removes what was unpacked, if anything was.</summary>
    public static async Task RemoveAsync()
    {
        if (Unpacked.IsValueCreated)
            Directory.Delete((await Unpacked.Value)._folder, recursive: true);
    }

    public static Task<ToolResult> LintAsync() => HelmAsync(["lint", RepositoryFiles.PathOf("helm/streaming"), "--strict"]);

    /// <summary>Checks manifests against the schemas of Kubernetes and of the Prometheus operator.</summary>
    public static async Task<ToolResult> ValidateAsync(string manifests)
    {
        var file = await WriteAsync(manifests);
        return await RunAsync("kubectl-validate", [file, "--version", KubernetesVersion, "--local-crds", Path.Combine(Source, "crds")]);
    }

    private static Task<ToolResult> HelmAsync(string[] arguments) => RunAsync("helm", [.. arguments, "--kube-version", KubernetesVersion]);

    private static async Task<ToolResult> RunAsync(string tool, string[] arguments)
    {
        var folder = (await Unpacked.Value)._folder;
        return await ToolResult.RunAsync(Path.Combine(folder, tool), arguments, new Dictionary<string, string>
        {
            // Neither a cluster nor the user's own Helm settings may change a result.
            ["KUBECONFIG"] = "/dev/null",
            ["HELM_CACHE_HOME"] = folder,
            ["HELM_CONFIG_HOME"] = folder,
            ["HELM_DATA_HOME"] = folder,
        });
    }

    private static async Task<string> WriteAsync(string yaml)
    {
        var file = Path.Combine((await Unpacked.Value)._folder, $"{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, yaml);
        return file;
    }

    private static async Task<ChartTools> UnpackAsync()
    {
        var folder = Directory.CreateTempSubdirectory("streaming-chart-").FullName;
        var result = await ToolResult.RunAsync("bash", [Path.Combine(Source, "unpack"), folder]);
        return result.ExitCode == 0
            ? new ChartTools(folder)
            : throw new InvalidOperationException($"The chart tools could not be unpacked: {result.Error}");
    }
}
