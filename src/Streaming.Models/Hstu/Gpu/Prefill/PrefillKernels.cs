using System.Globalization;
using System.Text;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>The sources of Kernels/Prefill compiled for a number of heads, and loaded.</summary>
internal sealed unsafe class PrefillKernels : IDisposable
{
    private const string EmbedName = "embed", FindBucketsName = "find_buckets", CombineName = "combine";
    private static readonly string AttendName = string.Create(CultureInfo.InvariantCulture, $"attend<{PrefillPlan.AttendCluster}, true>");
    private readonly nint _module;
    private readonly Dictionary<string, string> _names;

    /// <summary>Compiles, or takes the machine code from the cache; the device's context is current.</summary>
    public PrefillKernels(HstuConfig config, GpuInfo device, GpuKernelCache cache)
    {
        string[] kernels =
        [
            EmbedName, FindBucketsName, AttendName, CombineName,
            .. PrefillPlan.Projects.Select(ProjectName), .. PrefillPlan.Outputs.Select(OutputName),
        ];
        var source = GpuSource.Prefill() + string.Join('\n', PrefillPlan.Assertions());
        var options = Options(config);
        // What is kept is a line of the kernels' names in the machine code, and the code.
        var kept = cache.GetOrCompile(GpuKernelCache.Key(source, [.. options, .. kernels], Nvrtc.Version(), device.DriverVersion), () =>
        {
            var (code, names) = Nvrtc.Compile(source, options, kernels);
            return [.. Encoding.UTF8.GetBytes(string.Join(' ', names) + '\n'), .. code];
        });
        var line = kept.AsSpan().IndexOf((byte)'\n');
        _names = kernels.Zip(Encoding.UTF8.GetString(kept, 0, line).Split(' ')).ToDictionary(pair => pair.First, pair => pair.Second);
        fixed (byte* image = &kept[line + 1]) CudaDriver.Require(CudaDriver.ModuleLoadData(out _module, image), "loading the prefill's kernels");
        Embed = Function(EmbedName, 0);
        FindBuckets = Function(FindBucketsName, 0);
        Combine = Function(CombineName, 0);
        Project = PrefillPlan.Projects.ToDictionary(tile => tile, tile => Function(ProjectName(tile), tile.SharedBytes));
        Output = PrefillPlan.Outputs.ToDictionary(tile => tile, tile => Function(OutputName(tile), tile.SharedBytes));
        Attend = Function(AttendName, device.SharedBytes);
    }

    public nint Embed { get; }

    public nint FindBuckets { get; }

    public nint Combine { get; }

    public IReadOnlyDictionary<PrefillTile, nint> Project { get; }

    public IReadOnlyDictionary<PrefillTile, nint> Output { get; }

    public nint Attend { get; }

    /// <inheritdoc/>
    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);

    private static string ProjectName(PrefillTile tile) => $"project<{tile.Name}>";

    private static string OutputName(PrefillTile tile) => $"output<{tile.Name}>";

    private static string[] Options(HstuConfig config) =>
    [
        "--gpu-architecture=sm_90a", "--std=c++17",
        Define("HEADS", config.Heads), Define("CONTENT", config.ContentWidth), Define("CALL_BYTES", sizeof(PrefillCall)),
    ];

    private static string Define(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"-D{name}={value}");

    private nint Function(string kernel, int sharedBytes)
    {
        CudaDriver.Require(CudaDriver.ModuleGetFunction(out var function, _module, _names[kernel]), $"finding the kernel {kernel}");
        if (sharedBytes > 0)
            CudaDriver.Require(CudaDriver.FunctionSetAttribute(function, CudaDriver.FunctionMaxDynamicShared, sharedBytes), $"setting the shared memory of {kernel}");
        return function;
    }
}
