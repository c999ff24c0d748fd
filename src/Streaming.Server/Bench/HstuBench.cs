using System.Globalization;
using Streaming.Models.Hstu;

namespace Streaming.Server.Bench;

/// <summary>Steps of the CPU engine on one core: 4 layers, 2 heads of 32.</summary>
/// <remarks>
/// A step must read the window's keys and values. In the cases that are compared with the memory-copy floor, users take turns and their K/V
/// exceed the last-level cache by far, so that they come from memory; the figure's peer is the steps a second that a large copy's bytes, read
/// and written, would be enough for. Quantiles are of single calls, in milliseconds.
/// </remarks>
internal sealed class HstuBench(TimeSpan repetition)
{
    // Eight times the last-level cache of the machine that the goals are for.
    private const long ResidentBytes = 256L << 20;
    private const int Batch = 64;

    private double _floorBytesPerSecond;

    /// <summary>Every figure, as it is measured.</summary>
    public IEnumerable<BenchFigure> Run(CancellationToken cancellationToken)
    {
        _floorBytesPerSecond = HstuBenchFloor.BytesPerSecond();
        foreach (var window in new[] { 128, 256, 512, 1_024, 2_048, 4_096 })
            yield return FromMemory($"step_w{window}", window, HstuKvPrecision.Bf16, 1, cancellationToken);
        yield return FromMemory($"step_batch{Batch}_w1024", 1_024, HstuKvPrecision.Bf16, Batch, cancellationToken);
        yield return FromMemory("step_fp32_w1024", 1_024, HstuKvPrecision.Fp32, 1, cancellationToken);
        yield return FromCache(cancellationToken);
        yield return AgainstFull(cancellationToken);
        yield return AgainstNaive(cancellationToken);
    }

    private BenchFigure FromMemory(string name, int window, HstuKvPrecision precision, int batch, CancellationToken cancellationToken)
    {
        var model = Model(window);
        var stepBytes = StepBytes(model.Config, precision);
        using var users = new HstuBenchUsers(model, precision, (int)(ResidentBytes / stepBytes), batch);
        var run = HstuBenchRun.Best(users.Step, repetition, cancellationToken);
        return Figure(name, run, batch) with
        {
            Peer = string.Create(CultureInfo.InvariantCulture, $"memory copy of {_floorBytesPerSecond / 1e9:0.0} GB/s, read and written, at {stepBytes} bytes of K/V a step"),
            PeerValue = Math.Round(_floorBytesPerSecond / stepBytes, 1),
        };
    }

    private BenchFigure FromCache(CancellationToken cancellationToken)
    {
        using var users = new HstuBenchUsers(Model(1_024), HstuKvPrecision.Bf16, users: 1, batch: 1);
        return Figure("step_cached_w1024", HstuBenchRun.Best(users.Step, repetition, cancellationToken));
    }

    // Generous to the peer: an exact recomputation needs RebuildTokens, four times these.
    private BenchFigure AgainstFull(CancellationToken cancellationToken)
    {
        var model = Model(1_024);
        using var users = new HstuBenchUsers(model, HstuKvPrecision.Bf16, users: 1, batch: 1);
        var window = HstuBenchUsers.Tokens(model.Config, model.Config.Window);
        var full = HstuBenchRun.Best(() => users.Recompute(window), repetition, cancellationToken);
        return Figure("step_vs_full_w1024", HstuBenchRun.Best(users.Step, repetition, cancellationToken)) with
        {
            Peer = "the last 1,024 tokens recomputed by the same kernels in chunks of 64, embeddings a second",
            PeerValue = Math.Round(full.PerSecond, 3),
        };
    }

    private BenchFigure AgainstNaive(CancellationToken cancellationToken)
    {
        var model = Model(1_024);
        var naive = new HstuBenchNaive(model);
        var tokens = HstuBenchUsers.Tokens(model.Config, model.Config.Window);
        RequireSame(model, naive, tokens);
        var peer = HstuBenchRun.Best(() => naive.Step(tokens[0]), repetition, cancellationToken);
        using var users = new HstuBenchUsers(model, HstuKvPrecision.Bf16, users: 1, batch: 1);
        return Figure("step_vs_naive_w1024", HstuBenchRun.Best(users.Step, repetition, cancellationToken)) with
        {
            Peer = "the same step as plain loops over float32 arrays, steps a second",
            PeerValue = Math.Round(peer.PerSecond, 1),
        };
    }

    // A peer that computed something else would be no peer.
    private static void RequireSame(HstuModel model, HstuBenchNaive naive, HstuToken[] tokens)
    {
        using var engine = new CpuHstuEngine(model, new HstuEngineOptions { CapacityBytes = 1L << 30, KvPrecision = HstuKvPrecision.Fp32 });
        var user = engine.CreateSequence();
        var embedding = new float[model.Config.OutputWidth];
        foreach (var token in tokens)
        {
            engine.Step([new HstuStep(user, token)], embedding);
            var error = embedding.Zip(naive.Step(token), (a, b) => Math.Abs(a - b)).Max();
            if (!(error < 1e-4)) throw new InvalidOperationException($"The naive loops are {error} away from the engine's embedding; they must agree to 1e-4.");
        }
    }

    private static BenchFigure Figure(string name, HstuBenchRun run, int batch = 1) =>
        new("hstu", name, Math.Round(run.PerSecond * batch, 1), "steps/s") { P50 = Math.Round(run.P50Ms, 4), P99 = Math.Round(run.P99Ms, 4) };

    private static long StepBytes(HstuConfig config, HstuKvPrecision precision) =>
        2L * config.Layers * config.Window * config.HeadsWidth * (precision == HstuKvPrecision.Bf16 ? 2 : 4);

    private static HstuModel Model(int window) => HstuModel.Seeded(
        new HstuConfig { Layers = 4, Width = 64, Heads = 2, HeadWidth = 32, Window = window, Actions = ["impression", "click"] }, seed: 1, "bench");
}
