using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>The laws of the GPU engine, on the device that is there.</summary>
public sealed class HstuGpuEngineTests
{
    public static TheoryData<string> Cases => [.. GpuCase.All.Select(c => c.Name)];

    [GpuTheory]
    [MemberData(nameof(Cases))]
    public void Every_step_equals_the_full_recomputation_to_bf16_rounding(string name) =>
        Assert.InRange(GpuLaws.ErrorAgainstRecompute(GpuCase.Named(name), GpuKeyValueFormat.Bf16), 0, GpuBounds.Bf16);

    [GpuTheory]
    [MemberData(nameof(Cases))]
    public void Appending_stepping_and_batching_one_user_leave_the_same_bits(string name) => Assert.True(GpuLaws.AppendEqualsStep(GpuCase.Named(name)));

    [GpuTheory]
    [MemberData(nameof(Cases))]
    public void Rebuild_of_the_last_tokens_continues_bit_for_bit(string name) => Assert.True(GpuLaws.RebuildContinues(GpuCase.Named(name)));

    [GpuTheory]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(450)]
    [InlineData(2_100)]
    public void A_users_bits_do_not_depend_on_the_batch(int users)
    {
        Assert.Equal(0, GpuLaws.ChangedByBatch(GpuCase.Named("issue"), GpuKeyValueFormat.Bf16, users));
        Assert.Equal(0, GpuLaws.ChangedByBatch(GpuCase.Named("padded"), GpuKeyValueFormat.Bf16, users));
    }

    [GpuFact]
    public void Fp8_keys_and_values_stay_within_their_bound_and_keep_the_law()
    {
        Assert.InRange(GpuLaws.ErrorAgainstRecompute(GpuCase.Named("issue"), GpuKeyValueFormat.Fp8), 0, GpuBounds.Fp8);
        Assert.Equal(0, GpuLaws.ChangedByBatch(GpuCase.Named("issue"), GpuKeyValueFormat.Fp8, 450));
    }

    [GpuFact]
    public void Long_window_equals_the_cpu_engine() =>
        Assert.InRange(GpuLaws.ErrorAgainstCpu(GpuCase.Goal, GpuKeyValueFormat.Bf16, GpuCase.Goal.Window + 80), 0, GpuBounds.Bf16);

    [GpuTheory]
    [InlineData("narrow")]
    [InlineData("issue")]
    [InlineData("goal")]
    public void Fp8_stays_as_near_to_the_cpu_engine_with_the_same_rounding(string name)
    {
        var c = GpuCase.Named(name);
        Assert.InRange(GpuLaws.ErrorAgainstCpu(c, GpuKeyValueFormat.Fp8, c.Window + 80, HstuKvPrecision.Fp8), 0, GpuBounds.Fp8);
    }

    [GpuFact]
    public void Full_memory_refuses_a_batch_and_disposing_makes_room()
    {
        var c = GpuCase.Named("tiny");
        using var engine = new HstuGpuEngine(c.Model(), new HstuGpuOptions { KeyValueBytes = 3_000, MaxBatch = 4, MaxSequences = 8 });
        var token = c.History(1, user: 1)[0];
        var held = new List<IHstuSequence>();
        while (engine.FreeBytes > 0)
        {
            held.Add(engine.CreateSequence());
            GpuLaws.Step(engine, held[^1], token);
        }
        using var refused = engine.CreateSequence();
        Assert.Throws<InvalidOperationException>(() => GpuLaws.Step(engine, refused, token));
        Assert.Equal(0, refused.TokenCount);
        held[0].Dispose();
        GpuLaws.Step(engine, refused, token);
        Assert.Equal(1, refused.TokenCount);
    }
}
