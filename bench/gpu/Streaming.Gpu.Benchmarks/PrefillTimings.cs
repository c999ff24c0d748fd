using System.Diagnostics;
using System.Globalization;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Tests.Hstu.Gpu;

namespace Streaming.Gpu.Benchmarks;

/// <summary>Rebuilds of the engine with both prefills: 128 tokens on 3,968 cached ones, for 1 and for 8 sequences, and 4,096 on none.</summary>
internal static class PrefillTimings
{
    private const int Chunk = 128, WarmUps = 3, Times = 100;
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(8);

    /// <summary>One line a case: medians of the device's and the caller's seconds.</summary>
    public static void Run()
    {
        var c = GpuCase.PrefillGoal;
        var model = c.Model();
        foreach (var prefill in new[] { GpuPrefill.TensorCores, GpuPrefill.Exact })
        {
            using var engine = new HstuGpuEngine(model, new HstuGpuOptions
            {
                KeyValueBytes = 9 * HstuGpuEngine.SequenceBytes(model, GpuKeyValueFormat.Bf16, prefill),
                MaxBatch = 1_024,
                MaxSequences = 16,
                Prefill = prefill,
                MeasureDeviceTime = true,
            });
            if (engine.PrefillObstacle is { } obstacle)
            {
                Console.Error.WriteLine(obstacle);
                continue;
            }
            var tokens = c.History(c.Window, user: 9);
            foreach (var batch in new[] { 1, 8 }) Report(prefill, "chunk", batch, Chunk, Measure(engine, batch, tokens, cached: c.Window - Chunk));
            Report(prefill, "whole", 1, c.Window, Measure(engine, 1, tokens, cached: 0));
        }
    }

    // Sequences that hold `cached` tokens get the rest; they are made anew each time, outside of what is timed.
    private static (double Device, double Call) Measure(HstuGpuEngine engine, int batch, HstuToken[] tokens, int cached)
    {
        var (device, call) = (new List<double>(), new List<double>());
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < WarmUps + 2 || (round < WarmUps + Times && Stopwatch.GetElapsedTime(start) < Each); round++)
        {
            var sequences = Enumerable.Range(0, batch).Select(_ => engine.CreateSequence()).ToArray();
            if (cached > 0) engine.Append(sequences.Select(sequence => new HstuHistory(sequence, tokens.AsMemory(0, cached))).ToArray());
            var histories = sequences.Select(sequence => new HstuHistory(sequence, tokens.AsMemory(cached))).ToArray();
            var before = Stopwatch.GetTimestamp();
            engine.Append(histories);
            var elapsed = Stopwatch.GetElapsedTime(before).TotalSeconds;
            foreach (var sequence in sequences) sequence.Dispose();
            if (round < WarmUps) continue;
            device.Add(engine.LastDeviceTime.TotalSeconds);
            call.Add(elapsed);
        }
        return (Median(device), Median(call));
    }

    private static void Report(GpuPrefill prefill, string name, int batch, int tokens, (double Device, double Call) seconds) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"prefill\":\"{prefill}\",\"case\":\"{name}\",\"batch\":{batch},\"tokens\":{tokens},\"device_s\":{seconds.Device},\"wall_s\":{seconds.Call}}}"));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
