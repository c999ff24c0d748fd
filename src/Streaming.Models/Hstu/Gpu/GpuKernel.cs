using System.Globalization;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The sources of Kernels compiled for a shape and a device, and loaded.</summary>
internal sealed unsafe class GpuKernel : IDisposable
{
    private const int Threads = GpuShape.Warps * 32;
    private readonly int _layers;
    private readonly nint _module;
    private readonly nint _onGrid;
    private readonly nint _inClusters;
    private readonly nint _project, _attendFirst, _attend, _output, _head;
    private readonly uint _sharedBytes;
    private readonly List<string> _resources = [];

    /// <summary>Compiles, or takes the machine code from the cache; the device's context is current.</summary>
    public GpuKernel(GpuShape shape, GpuInfo device, GpuKernelCache cache)
    {
        var rowTiles = shape.MaxRowTiles(device.SharedBytes);
        _sharedBytes = (uint)shape.SharedBytes(rowTiles);
        Blocks = (uint)device.Multiprocessors;
        var options = Options(shape, rowTiles, device);
        var source = GpuSource.Step();
        var cubin = cache.GetOrCompile(GpuKernelCache.Key(source, options, Nvrtc.Version(), device.DriverVersion), () => Nvrtc.Compile(source, options, []).Code);
        fixed (byte* image = cubin) CudaDriver.Require(CudaDriver.ModuleLoadData(out _module, image), "loading the kernel");
        _layers = shape.Config.Layers;
        _onGrid = Function("hstu_step");
        if (device.ComputeMajor >= 9) _inClusters = Function("hstu_step_in_clusters");
        HasPhases = shape.Format == GpuKeyValueFormat.Bf16;
        if (!HasPhases) return;
        (_project, _attendFirst, _attend) = (Function("hstu_project"), Function("hstu_attend_first"), Function("hstu_attend"));
        (_output, _head) = (Function("hstu_output"), Function("hstu_head"));
    }

    /// <summary>Blocks of a launch: one a multiprocessor, so that all are resident.</summary>
    public uint Blocks { get; }

    /// <summary>The device has clusters of blocks: <see cref="LaunchClusters"/> may be called.</summary>
    public bool HasClusters => _inClusters != 0;

    /// <summary>Thousands of rows are faster by <see cref="LaunchPhases"/>. With fp8 one launch is, for any number of rows.</summary>
    public bool HasPhases { get; }

    /// <summary>What a thread and a block take; for notes.</summary>
    public string Resources => $"{string.Join(", ", _resources)}; {_sharedBytes} bytes of shared memory";

    /// <summary>What the compiler is told; part of the cache key.</summary>
    public static IReadOnlyList<string> Options(GpuShape shape, int rowTiles, GpuInfo device) =>
        // Fused multiply-adds are written out where they are meant, so that two copies of a loop cannot round differently.
        [string.Create(CultureInfo.InvariantCulture, $"--gpu-architecture=sm_{device.ComputeMajor}{device.ComputeMinor}"), "--std=c++17", "--fmad=false", .. shape.Defines(rowTiles)];

    /// <summary>Queues one launch of the whole device.</summary>
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
        var cluster = CudaLaunchAttribute.Cluster(GpuShape.ClusterBlocks);
        Launch(_inClusters, (uint)groups * GpuShape.ClusterBlocks, arguments, stream, &cluster);
    }

    /// <summary>Queues a launch for each phase of each layer.</summary>
    public void LaunchPhases(GpuStepArguments arguments, nint stream)
    {
        for (arguments.Layer = 0; arguments.Layer < _layers; arguments.Layer++)
        {
            Launch(_project, Blocks, arguments, stream);
            if (arguments.WantOutput == 0 && arguments.Layer == _layers - 1) return;
            Launch(arguments.Layer == 0 ? _attendFirst : _attend, Blocks, arguments, stream);
            Launch(_output, Blocks, arguments, stream);
        }
        Launch(_head, Blocks, arguments, stream);
    }

    private void Launch(nint function, uint blocks, in GpuStepArguments arguments, nint stream, CudaLaunchAttribute* cluster = null)
    {
        var launch = new CudaLaunch
        {
            GridX = blocks,
            GridY = 1,
            GridZ = 1,
            BlockX = Threads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = _sharedBytes,
            Stream = stream,
            Attributes = cluster,
            AttributeCount = cluster is null ? 0u : 1u,
        };
        fixed (GpuStepArguments* pointer = &arguments)
        {
            void* list = pointer;
            CudaDriver.Require(CudaDriver.Launch(launch, function, &list, null), "launching a step");
        }
    }

    private nint Function(string name)
    {
        CudaDriver.Require(CudaDriver.ModuleGetFunction(out var function, _module, name), $"finding the kernel {name}");
        CudaDriver.Require(CudaDriver.FunctionSetAttribute(function, CudaDriver.FunctionMaxDynamicShared, (int)_sharedBytes), "setting the kernel's shared memory");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var registers, CudaDriver.FunctionRegisters, function), "asking for the kernel's registers");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var local, CudaDriver.FunctionLocalBytes, function), "asking for the kernel's local memory");
        _resources.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {registers} registers and {local} bytes of local memory"));
        return function;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);
}
