using System.Text;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>What the engine needs to know of a device.</summary>
internal sealed record GpuInfo(string Name, int Multiprocessors, int ComputeMajor, int ComputeMinor, int SharedBytes, bool CanLaunchCooperatively, int DriverVersion)
{
    public Version ComputeCapability => new(ComputeMajor, ComputeMinor);

    /// <summary>Asks the driver, which has been started.</summary>
    public static unsafe GpuInfo Read(int ordinal)
    {
        CudaDriver.Require(CudaDriver.DeviceGet(out var device, ordinal), "opening the device");
        var name = stackalloc byte[256];
        CudaDriver.Require(CudaDriver.DeviceGetName(name, 256, device), "asking for the device's name");
        CudaDriver.Require(CudaDriver.DriverGetVersion(out var version), "asking for its version");
        return new(
            Encoding.UTF8.GetString(new ReadOnlySpan<byte>(name, 256)).TrimEnd('\0'),
            Attribute(device, CudaDriver.MultiprocessorCount),
            Attribute(device, CudaDriver.ComputeMajor),
            Attribute(device, CudaDriver.ComputeMinor),
            Attribute(device, CudaDriver.SharedMemoryOptIn),
            Attribute(device, CudaDriver.CooperativeLaunch) == 1,
            version);
    }

    private static int Attribute(int device, int attribute)
    {
        CudaDriver.Require(CudaDriver.DeviceGetAttribute(out var value, attribute, device), "asking for an attribute of the device");
        return value;
    }
}
