using System.Globalization;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Tests.Hstu.Gpu;
using Streaming.Server.Bench;

namespace Streaming.Gpu.Benchmarks;

/// <summary>The timings of <c>streaming bench hstu</c>, for machines without an SDK and for run.sh, which sets a PyTorch step beside them.</summary>
internal static class Timings
{
    /// <summary>One line a batch size: rows, device seconds, seconds of the call, K/V bytes read a row.</summary>
    public static void Run(GpuKeyValueFormat format, int[] batches)
    {
        using var engine = HstuGpuRun.Engine(GpuCase.Goal.Model(), batches.Max(), format);
        Console.Error.WriteLine($"{format}: {engine.Device}");
        foreach (var run in HstuGpuRun.Of(engine, GpuCase.Goal.History(257, user: 9), batches, default))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"format\":\"{format}\",\"batch\":{run.Batch},\"device_s\":{run.Device.P50},\"device_p99_s\":{run.Device.P99},\"wall_s\":{run.Call.P50},\"wall_p99_s\":{run.Call.P99},\"window_bytes\":{engine.WindowBytes}}}"));
        }
    }
}
