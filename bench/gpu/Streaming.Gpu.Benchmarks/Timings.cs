using System.Diagnostics;
using System.Globalization;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Tests.Hstu.Gpu;

namespace Streaming.Gpu.Benchmarks;

/// <summary>Steps of users with full windows, none of whose memory is another's; each batch size goes round all users.</summary>
internal static class Timings
{
    private const int WarmUps = 20;
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(0.6);

    /// <summary>One line a batch size: rows, device seconds (median), wall seconds of the call (median), K/V bytes read a row.</summary>
    public static void Run(GpuKeyValueFormat format, int[] batches)
    {
        var users = batches.Max();
        var model = GpuCase.Goal.Model();
        using var engine = new HstuGpuEngine(model, new HstuGpuOptions
        {
            KeyValueBytes = (long)users * (format == GpuKeyValueFormat.Fp8 ? 2_500_000L : 4_700_000L) + (64L << 20),
            MaxBatch = users,
            MaxSequences = users,
            KeyValueFormat = format,
            MeasureDeviceTime = true,
        });
        Console.Error.WriteLine($"{format}: {engine.Device}");
        var sequences = Enumerable.Range(0, users).Select(_ => engine.CreateSequence()).ToArray();
        var tokens = GpuCase.Goal.History(257, user: 9);
        var embeddings = new float[users * model.Config.OutputWidth];
        var steps = new HstuStep[users];
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < model.Config.Window + 1; i++)
        {
            for (var u = 0; u < users; u++) steps[u] = new(sequences[u], tokens[((u * 31) + i) % tokens.Length]);
            engine.Step(steps, embeddings);
        }
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"filled {users} users in {watch.Elapsed.TotalSeconds:0.0} s"));

        foreach (var batch in batches)
        {
            var (device, wall) = (new List<double>(), new List<double>());
            engine.MeasuresDeviceTime = true;
            var next = 0;
            var end = TimeSpan.Zero;
            for (var i = -WarmUps; i < 40 || (watch.Elapsed < end && i < 3_000); i++)
            {
                if (i == 0) end = watch.Elapsed + Each;
                if (next + batch > users) next = 0;
                for (var b = 0; b < batch; b++) steps[b] = new(sequences[next + b], tokens[((next + b) * 31 + i + WarmUps) % tokens.Length]);
                next += batch;
                var start = Stopwatch.GetTimestamp();
                engine.Step(steps.AsSpan(0, batch), embeddings.AsSpan(0, batch * model.Config.OutputWidth));
                var elapsed = Stopwatch.GetElapsedTime(start);
                if (i < 0) continue;
                // The events that take the device's time cost the call some; so every other call goes without.
                if (engine.MeasuresDeviceTime) device.Add(engine.LastDeviceTime.TotalSeconds);
                else wall.Add(elapsed.TotalSeconds);
                engine.MeasuresDeviceTime = !engine.MeasuresDeviceTime;
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"format\":\"{format}\",\"batch\":{batch},\"device_s\":{Quantile(device, .5)},\"device_p99_s\":{Quantile(device, .99)},\"wall_s\":{Quantile(wall, .5)},\"wall_p99_s\":{Quantile(wall, .99)},\"window_bytes\":{engine.WindowBytes}}}"));
        }
    }

    private static double Quantile(List<double> values, double quantile)
    {
        values.Sort();
        return values[(int)(quantile * (values.Count - 1))];
    }
}
