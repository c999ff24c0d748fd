using System.Reflection;
using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>Finds the CUDA driver and NVRTC on this machine, under the names and in the folders that their installers use.</summary>
internal static class CudaNames
{
    /// <summary>The driver's library, as P/Invoke names it.</summary>
    public const string Driver = "streaming-cuda-driver";

    /// <summary>The run-time compiler's library, as P/Invoke names it.</summary>
    public const string Nvrtc = "streaming-cuda-nvrtc";

    private static readonly string[] DriverFiles = OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    private static readonly string[] NvrtcFiles = OperatingSystem.IsWindows()
        ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"]
        : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"];

    private static readonly Lazy<nint> DriverHandle = new(() => Load(DriverFiles, ["/usr/local/nvidia/lib64", "/usr/lib/x86_64-linux-gnu"]));
    private static readonly Lazy<nint> NvrtcHandle = new(() => Load(NvrtcFiles, NvrtcFolders(Environment.GetEnvironmentVariable)));

    static CudaNames() => NativeLibrary.SetDllImportResolver(typeof(CudaNames).Assembly, Resolve);

    /// <summary>The driver can be loaded. Also makes the names known to P/Invoke.</summary>
    public static bool HasDriver => DriverHandle.Value != 0;

    /// <summary>NVRTC can be loaded.</summary>
    public static bool HasNvrtc => NvrtcHandle.Value != 0;

    /// <summary>Folders to look for NVRTC in, after the system's own: STREAMING_NVRTC, CUDA_HOME, CUDA_PATH, LD_LIBRARY_PATH, then the usual places.</summary>
    public static IReadOnlyList<string> NvrtcFolders(Func<string, string?> environment)
    {
        var folders = new List<string>();
        if (environment("STREAMING_NVRTC") is { Length: > 0 } named) folders.Add(named);
        foreach (var home in new[] { environment("CUDA_HOME"), environment("CUDA_PATH"), "/usr/local/cuda" })
            if (!string.IsNullOrEmpty(home)) folders.AddRange([Path.Combine(home, "lib64"), Path.Combine(home, "targets/x86_64-linux/lib"), Path.Combine(home, "bin")]);
        folders.AddRange((environment("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        return folders;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Driver => DriverHandle.Value,
        Nvrtc => NvrtcHandle.Value,
        _ => 0,
    };

    private static nint Load(string[] files, IEnumerable<string> folders)
    {
        foreach (var file in files)
            if (NativeLibrary.TryLoad(file, out var handle)) return handle;
        foreach (var folder in folders)
            foreach (var file in files)
                if (NativeLibrary.TryLoad(Path.Combine(folder, file), out var handle)) return handle;
        return 0;
    }
}
