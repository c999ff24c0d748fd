using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>What the GPU engine decides before any GPU is involved.</summary>
public sealed class GpuPlanTests
{
    private static readonly GpuShape Goal = new(GpuCase.Goal.Shape(), GpuKeyValueFormat.Bf16);

    [Fact]
    public void Shape_of_the_goal_is_one_block_a_window()
    {
        Assert.Equal((64, 16, 17), (Goal.SpanTokens, Goal.Spans, Goal.RingPages));
        Assert.Equal(4L * 2 * 1_024 * 256 * 2, Goal.WindowBytes);
        Assert.Equal(512 + (4L * 2 * 64 * 256 * 2), Goal.PageBytes);
    }

    [Fact]
    public void Rows_of_one_sequence_in_a_launch_never_overwrite_what_another_reads()
    {
        foreach (var window in Enumerable.Range(1, 300).Append(1_024).Append(4_096))
        {
            var shape = new GpuShape(GpuCase.Goal.Shape() with { Window = window }, GpuKeyValueFormat.Bf16);
            Assert.InRange(shape.MaxRowsPerSequence, 64, shape.RingTokens);
            Assert.True(window + shape.MaxRowsPerSequence - 1 <= shape.RingTokens);
            Assert.InRange(shape.Spans, 1, GpuShape.Warps);
            Assert.True(shape.Spans * shape.SpanTokens >= window);
        }
    }

    [Fact]
    public void Model_beyond_the_kernel_is_refused_with_every_reason()
    {
        var config = GpuCase.Goal.Shape() with { Window = 40_000, HeadWidth = 200 };
        var message = Assert.Throws<ArgumentException>(() => new GpuShape(config, GpuKeyValueFormat.Fp8)).Message;
        Assert.Contains("Window is 40000", message, StringComparison.Ordinal);
        Assert.Contains("HeadWidth is 200", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_are_taken_as_the_ring_is_first_reached_and_come_back()
    {
        Assert.Equal(1, GpuPages.NewPages(0, 1, Goal));
        Assert.Equal(0, GpuPages.NewPages(1, 63, Goal));
        Assert.Equal(1, GpuPages.NewPages(64, 1, Goal));
        Assert.Equal(0, GpuPages.NewPages(Goal.RingTokens, 1_000, Goal));

        var pages = new GpuPages(2, 1, Goal.RingPages);
        var sequence = pages.TakeSequence();
        int[] taken = [pages.TakePage(), pages.TakePage()];
        Assert.NotEqual(taken[0], taken[1]);
        Assert.Equal(0, pages.FreePages);
        Assert.Throws<InvalidOperationException>(() => pages.TakePage());
        Assert.Throws<InvalidOperationException>(() => pages.TakeSequence());
        pages.Free(sequence, taken);
        Assert.Equal(2, pages.FreePages);
        Assert.Equal(sequence, pages.TakeSequence());
    }

    [Fact]
    public void Cache_key_depends_on_all_that_the_machine_code_depends_on()
    {
        string[] keys =
        [
            GpuKernelCache.Key("source", ["-a"], "13.0", 13_000),
            GpuKernelCache.Key("source ", ["-a"], "13.0", 13_000),
            GpuKernelCache.Key("source", ["-b"], "13.0", 13_000),
            GpuKernelCache.Key("source", ["-a"], "12.9", 13_000),
            GpuKernelCache.Key("source", ["-a"], "13.0", 13_010),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], GpuKernelCache.Key("source", ["-a"], "13.0", 13_000));
    }

    [Fact]
    public void Cache_compiles_once_and_an_unwritable_folder_only_costs_time()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var compiled = 0;
            byte[] Compile()
            {
                compiled++;
                return [1, 2, 3];
            }
            var cache = new GpuKernelCache(folder);
            Assert.Equal([1, 2, 3], cache.GetOrCompile("k", Compile));
            Assert.Equal([1, 2, 3], cache.GetOrCompile("k", Compile));
            Assert.Equal(1, compiled);
            Assert.Equal([1, 2, 3], new GpuKernelCache(Path.Combine(folder, "k", "below-a-file")).GetOrCompile("k", Compile));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Absent_gpu_is_said_in_one_line()
    {
        var availability = GpuAvailability.Check();
        Assert.NotEmpty(availability.Message);
        Assert.DoesNotContain('\n', availability.Message);
        if (!availability.IsAvailable)
            Assert.Equal(availability.Message, Assert.Throws<InvalidOperationException>(() => new HstuGpuEngine(GpuCase.Named("tiny").Model(), new HstuGpuOptions())).Message);
    }
}
