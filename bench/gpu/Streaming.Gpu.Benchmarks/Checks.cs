using System.Globalization;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Tests.Hstu.Gpu;

namespace Streaming.Gpu.Benchmarks;

/// <summary>The laws of the tests, one line each, for machines without an SDK.</summary>
internal static class Checks
{
    /// <summary>Runs the named cases, or all; the exit code is the number of broken laws.</summary>
    public static int Run(string[] names)
    {
        var broken = 0;
        foreach (var c in names.Length == 0 ? [.. GpuCase.All, GpuCase.Goal] : names.Select(GpuCase.Named)) broken += Run(c);
        return broken;
    }

    private static int Run(GpuCase c)
    {
        var broken = 0;
        using (var engine = new HstuGpuEngine(c.Model(), GpuCase.Options())) Console.WriteLine($"{c.Name}: {engine.Device}");
        broken += Report(c, "same bits by append, step and batch", () => GpuLaws.AppendEqualsStep(c) ? 0 : 1, 0);
        foreach (var users in new[] { 3, 40, 450, 2_100 })
            broken += Report(c, $"users changed by a batch of {users}", () => GpuLaws.ChangedByBatch(c, GpuKeyValueFormat.Bf16, users), 0);
        if (c.Layers * c.Window < 1_000) broken += Report(c, "rebuild continues", () => GpuLaws.RebuildContinues(c) ? 0 : 1, 0);
        broken += Report(c, "error, bf16", () => Error(c, GpuKeyValueFormat.Bf16), GpuBounds.Bf16);
        if (c.HeadWidth > 128) return broken;
        broken += Report(c, "error, fp8", () => Error(c, GpuKeyValueFormat.Fp8), GpuBounds.Fp8);
        broken += Report(c, "users changed by a batch of 450, fp8", () => GpuLaws.ChangedByBatch(c, GpuKeyValueFormat.Fp8, 450), 0);
        return broken;
    }

    private static double Error(GpuCase c, GpuKeyValueFormat format) =>
        c == GpuCase.Goal ? GpuLaws.ErrorAgainstCpu(c, format, c.Window + 80) : GpuLaws.ErrorAgainstRecompute(c, format);

    private static int Report(GpuCase c, string law, Func<double> measure, double bound)
    {
        var value = measure();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.Name}: {law}: {value:0.#######} {(value <= bound ? "ok" : "BROKEN")}"));
        return value <= bound ? 0 : 1;
    }
}
