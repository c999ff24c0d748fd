namespace Streaming.Models.Hstu.Gpu;

/// <summary>Whether this machine can run <see cref="HstuGpuEngine"/>, and if not, what is missing.</summary>
/// <param name="IsAvailable">It can.</param>
/// <param name="Message">The device, or what is missing and what to do about it; one line.</param>
public sealed record GpuAvailability(bool IsAvailable, string Message)
{
    /// <summary>Lowest compute capability: bfloat16 matrix instructions and cache hints.</summary>
    public const int MinComputeMajor = 8;

    /// <summary>The device's compute capability; null when there is no device to ask.</summary>
    public Version? ComputeCapability { get; init; }

    /// <summary>Looks at this machine; loads the driver and starts it, but takes no device memory.</summary>
    public static GpuAvailability Check(int device = 0)
    {
        if (!CudaNames.HasDriver)
            return No("there is no CUDA driver (libcuda.so.1); install NVIDIA's driver, or choose the CPU engine");
        if (CudaDriver.Init(0) is not 0 and var error)
            return No($"the CUDA driver does not start (error {error}); is there an NVIDIA GPU that this process may use?");
        if (CudaDriver.DeviceGetCount(out var count) != 0 || count == 0) return No("the CUDA driver sees no GPU");
        if (device < 0 || device >= count) return No($"device {device} was asked for; there are {count}");
        if (!CudaNames.HasNvrtc)
            return No("NVRTC (libnvrtc.so.13 or .12) is not found; install the CUDA toolkit's NVRTC, or name its folder in STREAMING_NVRTC");
        var info = GpuInfo.Read(device);
        if (info.ComputeMajor < MinComputeMajor)
            return No($"{info.Name} has compute capability {info.ComputeMajor}.{info.ComputeMinor}; {MinComputeMajor}.0 is needed");
        return info.CanLaunchCooperatively ? new(true, info.Name) { ComputeCapability = info.ComputeCapability } : No($"{info.Name} cannot launch cooperatively");
    }

    private static GpuAvailability No(string why) => new(false, $"The GPU engine cannot run here: {why}.");
}
