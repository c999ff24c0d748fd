using System.Globalization;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>HstuStep.cu compiled for a shape and a device, and loaded.</summary>
internal sealed unsafe class GpuKernel : IDisposable
{
    private const string Resource = "Streaming.Models.Hstu.Gpu.HstuStep.cu";
    private const int Threads = GpuShape.Warps * 32;
    private readonly nint _module;
    private readonly nint _function;
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
        CudaDriver.Require(CudaDriver.ModuleGetFunction(out _function, _module, "hstu_step"), "finding the kernel");
        CudaDriver.Require(CudaDriver.FunctionSetAttribute(_function, CudaDriver.FunctionMaxDynamicShared, (int)_sharedBytes), "setting the kernel's shared memory");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var registers, CudaDriver.FunctionRegisters, _function), "asking for the kernel's registers");
        CudaDriver.Require(CudaDriver.FunctionGetAttribute(out var local, CudaDriver.FunctionLocalBytes, _function), "asking for the kernel's local memory");
        Resources = string.Create(CultureInfo.InvariantCulture, $"{registers} registers, {local} bytes of local memory, {_sharedBytes} bytes of shared memory");
    }

    /// <summary>Blocks of a launch: one a multiprocessor, so that all are resident.</summary>
    public uint Blocks { get; }

    /// <summary>What a thread and a block take; for notes.</summary>
    public string Resources { get; }

    /// <summary>The CUDA source.</summary>
    public static string Source()
    {
        using var stream = typeof(GpuKernel).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks the resource {Resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>What the compiler is told; part of the cache key.</summary>
    public static IReadOnlyList<string> Options(GpuShape shape, int rowTiles, GpuInfo device) =>
        // Fused multiply-adds are written out where they are meant, so that two copies of a loop cannot round differently.
        [string.Create(CultureInfo.InvariantCulture, $"--gpu-architecture=sm_{device.ComputeMajor}{device.ComputeMinor}"), "--std=c++17", "--fmad=false", .. shape.Defines(rowTiles)];

    /// <summary>Queues a launch.</summary>
    public void Launch(in GpuStepArguments arguments, nint stream)
    {
        fixed (GpuStepArguments* pointer = &arguments)
        {
            void* list = pointer;
            CudaDriver.Require(CudaDriver.LaunchCooperative(_function, Blocks, 1, 1, Threads, 1, 1, _sharedBytes, stream, &list), "launching a step");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ = CudaDriver.ModuleUnload(_module);
}
