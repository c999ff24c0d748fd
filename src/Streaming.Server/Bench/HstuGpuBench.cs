using System.Globalization;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;

namespace Streaming.Server.Bench;

/// <summary>Steps of the GPU engine, by the device's time: 4 layers, 4 heads of 64, a window of 1,024. Quantiles are of the caller's time, in milliseconds.</summary>
/// <remarks>
/// The peer is the steps a second for which the bytes that a copy within the device's memory moves, read and written, would be enough; with fp8
/// the fewer bytes of fp8. About 20 GB of device memory. `bench/gpu/run.sh` measures the same beside a compiled PyTorch step.
/// </remarks>
internal static class HstuGpuBench
{
    private static readonly int[] Batches = [1, 8, 32, 128, 512, 2_048, 4_096];

    /// <summary>Every figure, as it is measured.</summary>
    /// <exception cref="CudaException">The device failed, or has too little memory.</exception>
    public static IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        var copy = GpuCopyBandwidth.Measure();
        yield return new("hstu", "gpu_copy_bandwidth", Math.Round(copy / 1e9, 1), "GB/s") { Machine = GpuAvailability.Check().Message };
        foreach (var figure in Steps(GpuKeyValueFormat.Bf16, "", copy, cancellationToken)) yield return figure;
        foreach (var figure in Steps(GpuKeyValueFormat.Fp8, "fp8_", copy, cancellationToken)) yield return figure;
    }

    private static IEnumerable<BenchFigure> Steps(GpuKeyValueFormat format, string prefix, double copy, CancellationToken cancellationToken)
    {
        var model = HstuModel.Seeded(
            new HstuConfig { Layers = 4, Width = 256, Heads = 4, HeadWidth = 64, Window = 1_024, Actions = ["impression", "click"] }, seed: 1, "bench");
        using var engine = HstuGpuRun.Engine(model, Batches.Max(), format);
        foreach (var run in HstuGpuRun.Of(engine, HstuBenchUsers.Tokens(model.Config, 257), Batches, cancellationToken))
        {
            yield return new("hstu", $"gpu_step_{prefix}b{run.Batch}", Math.Round(run.Batch / run.Device.P50, 1), "steps/s")
            {
                P50 = Math.Round(run.Call.P50 * 1e3, 4),
                P99 = Math.Round(run.Call.P99 * 1e3, 4),
                Peer = string.Create(CultureInfo.InvariantCulture, $"device copy of {copy / 1e9:0} GB/s, read and written, at {engine.WindowBytes} bytes of K/V a step"),
                PeerValue = Math.Round(copy / engine.WindowBytes, 1),
                Machine = engine.DeviceName,
            };
        }
    }
}
