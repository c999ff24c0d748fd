using System.Globalization;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The sources of Kernels compiled for a shape and a device, and loaded.</summary>
internal sealed unsafe class GpuKernel : IDisposable
{
    private const string Folder = "Kernels/";
    private const int Threads = GpuShape.Warps * 32;
    private readonly nint _module;
    private readonly nint _onGrid;
    private readonly nint _inClusters;
    private readonly uint _sharedBytes;

    /// <summary>Compiles, or takes the machine code from the cache; the device's context is current.</summary>
    public GpuKernel(GpuShape shape, GpuInfo device, GpuKernelCache cache)
    {
        var rowTiles = shape.MaxRowTiles(device.SharedBytes);
        _sharedBytes = (uint)shape.SharedBytes(rowTiles);
        Blocks = (uint)device.Multiprocessors;
        var options = Options(shape, rowTiles, device);
        var source = Source();
        var cubin = cache.GetOrCompile(GpuKernelCache.Key(source, options, Nvrtc.Version(), device.DriverVersion), () => Nvrtc.Compile(source, options));
        fixed (byte* image = cubin) CudaDriver.Require(CudaDriver.ModuleLoadData(out _module, image), "loading the kernel");
        _onGrid = Function("hstu_step");
        if (device.ComputeMajor >= 9) _inClusters = Function("hstu_step_in_clusters");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var registers, CudaDriver.FunctionRegisters, _onGrid), "asking for the kernel's registers");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var local, CudaDriver.FunctionLocalBytes, _onGrid), "asking for the kernel's local memory");
        Resources = string.Create(CultureInfo.InvariantCulture, $"{registers} registers, {local} bytes of local memory, {_sharedBytes} bytes of shared memory");
    }

    /// <summary>Blocks of a launch: one a multiprocessor, so that all are resident.</summary>
    public uint Blocks { get; }

    /// <summary>The device has clusters of blocks: <see cref="LaunchClusters"/> may be called.</summary>
    public bool HasClusters => _inClusters != 0;

    /// <summary>What a thread and a block take; for notes.</summary>
    public string Resources { get; }

    /// <summary>The CUDA source: the files of Kernels, one behind the other in the order of their names.</summary>
    public static string Source()
    {
        var assembly = typeof(GpuKernel).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return string.Concat(names.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }));
    }

    /// <summary>What the compiler is told; part of the cache key.</summary>
    public static IReadOnlyList<string> Options(GpuShape shape, int rowTiles, GpuInfo device) =>
        // Fused multiply-adds are written out where they are meant, so that two copies of a loop cannot round differently.
        [string.Create(CultureInfo.InvariantCulture, $"--gpu-architecture=sm_{device.ComputeMajor}{device.ComputeMinor}"), "--std=c++17", "--fmad=false", .. shape.Defines(rowTiles)];

    /// <summary>Queues a launch of the whole device.</summary>
    public void LaunchGrid(in GpuStepArguments arguments, nint stream)
    {
        fixed (GpuStepArguments* pointer = &arguments)
        {
            void* list = pointer;
            CudaDriver.Require(CudaDriver.LaunchCooperative(_onGrid, Blocks, 1, 1, Threads, 1, 1, _sharedBytes, stream, &list), "launching a step");
        }
    }

    /// <summary>Queues a launch of a cluster for each group of rows that <see cref="GpuStepArguments.Starts"/> names.</summary>
    public void LaunchClusters(in GpuStepArguments arguments, int groups, nint stream)
    {
        var cluster = new CudaClusterAttribute(GpuShape.ClusterBlocks);
        var launch = new CudaLaunch
        {
            GridX = (uint)groups * GpuShape.ClusterBlocks,
            GridY = 1,
            GridZ = 1,
            BlockX = Threads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = _sharedBytes,
            Stream = stream,
            Attributes = &cluster,
            AttributeCount = 1,
        };
        fixed (GpuStepArguments* pointer = &arguments)
        {
            void* list = pointer;
            CudaDriver.Require(CudaDriver.Launch(launch, _inClusters, &list, null), "launching a step in clusters");
        }
    }

    private nint Function(string name)
    {
        CudaDriver.Require(CudaDriver.ModuleGetFunction(out var function, _module, name), $"finding the kernel {name}");
        CudaDriver.Require(CudaDriver.FunctionSetAttribute(function, CudaDriver.FunctionMaxDynamicShared, (int)_sharedBytes), "setting the kernel's shared memory");
        return function;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);
}
