using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Hstu.Gpu.Prefill;
using Streaming.Models.Tests.Hstu.Gpu;

namespace Streaming.Gpu.Benchmarks;

/// <summary>The laws of the tensor-core prefill, one line each, for machines without an SDK.</summary>
internal static class PrefillChecks
{
    /// <summary>Runs the named cases, or all; the exit code is the number of broken laws.</summary>
    public static int Run(string[] names)
    {
        var gpu = GpuAvailability.Check();
        if (PrefillNeeds.Obstacle(PrefillNeeds.OfDevice(gpu.Message, gpu.ComputeCapability!)) is { } obstacle)
        {
            Console.WriteLine(obstacle);
            return 0;
        }
        var broken = 0;
        foreach (var c in names.Length == 0 ? GpuCase.TensorCores : names.Select(GpuCase.Named)) broken += Run(c);
        return broken;
    }

    private static int Run(GpuCase c)
    {
        var broken = Report(c, "appends by turns with steps", PrefillLaws.Ragged(c));
        foreach (var sequences in new[] { 2, 3, 5, 8, 11 }) broken += Report(c, $"{sequences} sequences together", PrefillLaws.Together(c, sequences));
        if (c.Layers * c.Window < 2_500) broken += Report(c, "rebuild after eviction", PrefillLaws.AfterEviction(c));
        broken += Report(c, "the same bits again", "", PrefillLaws.SameBitsAgain(c));
        // One key too few is seen where it is one of a hundred.
        if (c.Name != "tensor2") return broken;
        foreach (var fault in new[] { "window", "time", "token" })
        {
            var error = PrefillLaws.Ragged(c, fault);
            broken += Report(c, $"planted fault '{fault}' is noticed", error.ToString(), !error.IsSmall);
        }
        return broken;
    }

    private static int Report(GpuCase c, string law, PrefillError error) => Report(c, law, error.ToString(), error.IsSmall);

    private static int Report(GpuCase c, string law, string measured, bool holds)
    {
        Console.WriteLine($"{c.Name}: {law}: {measured} {(holds ? "ok" : "BROKEN")}");
        return holds ? 0 : 1;
    }
}
