using System.Globalization;
using Streaming.Gpu.Benchmarks;
using Streaming.Models.Hstu.Gpu;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (GpuAvailability.Check() is { IsAvailable: false } no)
{
    await Console.Error.WriteLineAsync(no.Message);
    return 2;
}
switch (args)
{
    case ["check", .. var names]:
        return Checks.Run(names);
    case ["prefill", "check", .. var names]:
        return PrefillChecks.Run(names);
    case ["prefill", "time"]:
        PrefillTimings.Run();
        return 0;
    case ["copy"]:
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{GpuCopyBandwidth.Measure():0}"));
        return 0;
    case ["time", var format, .. var batches]:
        Timings.Run(Enum.Parse<GpuKeyValueFormat>(format, ignoreCase: true), batches.Select(int.Parse).ToArray());
        return 0;
    default:
        await Console.Error.WriteLineAsync("gpu-bench check [CASE ...] | copy | time bf16|fp8 BATCH ... | prefill check [CASE ...] | prefill time");
        return 1;
}
