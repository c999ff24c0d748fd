namespace Streaming.Models.Hstu.Gpu;

/// <summary>The floor that a step's speed is stated against: what a copy within device memory moves.</summary>
public static class GpuCopyBandwidth
{
    /// <summary>Bytes a second, read and written both counted: the median of several copies much larger than the caches.</summary>
    /// <exception cref="CudaException">There is no device, or not enough of its memory is free.</exception>
    public static double Measure(int device = 0, long bytes = 4L << 30, int times = 15)
    {
        using var context = new GpuContext(device);
        var (from, to) = (context.Allocate(bytes, "a copy's source"), context.Allocate(bytes, "a copy's target"));
        using var watch = new GpuStopwatch(context.Stream);
        var seconds = new List<double>();
        for (var i = -2; i < times; i++)
        {
            watch.Start();
            CudaDriver.Require(CudaDriver.CopyWithin(to, from, (nuint)bytes, context.Stream), "copying");
            watch.Stop();
            context.Wait();
            if (i >= 0) seconds.Add(watch.Read().TotalSeconds);
        }
        seconds.Sort();
        return 2.0 * bytes / seconds[seconds.Count / 2];
    }
}
