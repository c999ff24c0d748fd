using System.Diagnostics;
using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;

namespace Streaming.Server.Bench;

/// <summary>Steps of the GPU engine, users with full windows in turn, none of whose memory is another's.</summary>
/// <param name="Batch">Users of a step.</param>
/// <param name="Device">The device's own time of a step: copy up, launch, embeddings in the host's memory.</param>
/// <param name="Call">The caller's time of a step.</param>
internal sealed record HstuGpuRun(int Batch, HstuGpuRun.Quantiles Device, HstuGpuRun.Quantiles Call)
{
    private const int WarmUps = 20;
    private const long Spare = 64L << 20;
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(0.6);

    /// <summary>Seconds.</summary>
    public readonly record struct Quantiles(double P50, double P99)
    {
        /// <summary>Sorts the values.</summary>
        public static Quantiles Of(List<double> seconds)
        {
            seconds.Sort();
            return new(seconds[seconds.Count / 2], seconds[(int)(.99 * (seconds.Count - 1))]);
        }
    }

    /// <summary>An engine with room for so many users of a model.</summary>
    public static HstuGpuEngine Engine(HstuModel model, int users, GpuKeyValueFormat format) => new(model, new HstuGpuOptions
    {
        KeyValueBytes = (users * HstuGpuEngine.SequenceBytes(model, format)) + Spare,
        MaxBatch = users,
        MaxSequences = users,
        KeyValueFormat = format,
        MeasureDeviceTime = true,
    });

    /// <summary>Fills the windows of the largest batch's users, then measures each batch.</summary>
    public static IEnumerable<HstuGpuRun> Of(HstuGpuEngine engine, HstuToken[] tokens, IReadOnlyList<int> batches, CancellationToken cancellationToken)
    {
        var users = batches.Max();
        var sequences = Enumerable.Range(0, users).Select(_ => engine.CreateSequence()).ToArray();
        var (steps, embeddings) = (new HstuStep[users], new float[users * engine.Model.Config.OutputWidth]);
        engine.MeasuresDeviceTime = false;
        for (var i = 0; i < engine.Model.Config.Window + 1; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var u = 0; u < users; u++) steps[u] = new(sequences[u], tokens[((u * 31) + i) % tokens.Length]);
            engine.Step(steps, embeddings);
        }
        foreach (var batch in batches)
        {
            var next = 0;
            yield return Measure(engine, batch, Step, cancellationToken);

            void Step(int round)
            {
                if (next + batch > users) next = 0;
                for (var b = 0; b < batch; b++) steps[b] = new(sequences[next + b], tokens[(((next + b) * 31) + round) % tokens.Length]);
                next += batch;
                engine.Step(steps.AsSpan(0, batch), embeddings.AsSpan(0, batch * engine.Model.Config.OutputWidth));
            }
        }
    }

    private static HstuGpuRun Measure(HstuGpuEngine engine, int batch, Action<int> step, CancellationToken cancellationToken)
    {
        var (device, call) = (new List<double>(), new List<double>());
        engine.MeasuresDeviceTime = true;
        for (var round = 0; round < WarmUps; round++) step(round);
        var start = Stopwatch.GetTimestamp();
        for (var round = WarmUps; round < 60 || (Stopwatch.GetElapsedTime(start) < Each && round < 3_000); round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = Stopwatch.GetTimestamp();
            step(round);
            var elapsed = Stopwatch.GetElapsedTime(before).TotalSeconds;
            // The events that take the device's time cost the call some; so every other call goes without.
            if (engine.MeasuresDeviceTime) device.Add(engine.LastDeviceTime.TotalSeconds);
            else call.Add(elapsed);
            engine.MeasuresDeviceTime = !engine.MeasuresDeviceTime;
        }
        return new(batch, Quantiles.Of(device), Quantiles.Of(call));
    }
}
