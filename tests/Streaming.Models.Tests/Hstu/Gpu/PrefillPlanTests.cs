using Streaming.Models.Hstu;
using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Hstu.Gpu.Prefill;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>What the tensor-core prefill decides before any GPU is involved.</summary>
public sealed class PrefillPlanTests
{
    private const int MostSharedBytes = 232_448;
    private static readonly HstuConfig Goal = GpuCase.PrefillGoal.Shape();

    [Fact]
    public void Every_plan_covers_the_window_and_fits_a_block()
    {
        foreach (var heads in new[] { 2, 4, 8 })
            foreach (var tiles in Enumerable.Range(1, 80).Append(PrefillPlan.MaxTiles(65_536)))
                foreach (var (plan, sequences) in Plans(heads, tiles))
                {
                    Assert.True(plan.Splits * plan.MostTiles >= tiles, $"{heads} heads, {sequences} sequences, {tiles} tiles: {plan}");
                    Assert.Equal(0, plan.Splits % PrefillPlan.AttendCluster);
                    Assert.Equal(1, plan.Project.Split);
                    Assert.Equal(0, sequences % plan.Project.Share);
                    Assert.Equal(0, sequences % plan.Output.Share);
                    Assert.Equal(0, heads * 256 / 64 % plan.Output.Split);
                    Assert.InRange(plan.AttendSharedBytes, 1, MostSharedBytes);
                    Assert.Contains(plan.Project, PrefillPlan.Projects);
                    Assert.Contains(plan.Output, PrefillPlan.Outputs);
                }
        Assert.All(PrefillPlan.Projects.Concat(PrefillPlan.Outputs), tile => Assert.InRange(tile.SharedBytes, 1, MostSharedBytes));
    }

    [Fact]
    public void Groups_have_all_sequences_and_none_too_many()
    {
        for (var sequences = 1; sequences <= PrefillPlan.MaxSequences; sequences++)
        {
            var groups = PrefillPlan.Groups(sequences);
            Assert.Equal(sequences, groups.Sum());
            Assert.Equal(sequences < PrefillPlan.MaxSequences ? 1 : 2, groups.Count);
            Assert.All(groups.Skip(1), size => Assert.Equal(PrefillPlan.MaxSequences / 2, size));
        }
    }

    [Fact]
    public void Plans_of_the_goal_are_those_that_were_measured()
    {
        Assert.Equal(24, PrefillPlan.For(4, 1, alone: true, 64).Splits);
        Assert.Equal(4, PrefillPlan.For(4, 4, alone: false, 64).Splits);
    }

    [Fact]
    public void Scratch_holds_the_parts_of_any_plan()
    {
        var rows = PrefillPlan.MaxPartRows(4, 4_096);
        for (var tiles = 1; tiles <= PrefillPlan.MaxTiles(4_096); tiles++)
            foreach (var (plan, sequences) in Plans(4, tiles)) Assert.InRange(plan.Parts * sequences * PrefillPlan.ChunkTokens, 1, rows);
    }

    [Fact]
    public void Most_tiles_are_those_of_a_chunk_that_begins_anywhere()
    {
        foreach (var window in new[] { 1, 63, 64, 65, 100, 1_024, 4_096 })
        {
            var tiles = Enumerable.Range(0, 3 * window + 200).Max(first => ((first + PrefillPlan.ChunkTokens - 1) / 64) + 1 - (Math.Max(0, first - window + 1) / 64));
            Assert.InRange(PrefillPlan.MaxTiles(window), PrefillPlan.Rounded(tiles), PrefillPlan.Rounded(tiles + 1));
        }
        Assert.Equal([1, 2, 4, 4, 8, 8, 8, 8, 16], Enumerable.Range(1, 9).Select(PrefillPlan.Rounded));
        Assert.Equal(72, PrefillPlan.Rounded(67));
    }

    [Fact]
    public void Histories_are_cut_into_chunks_and_a_short_rest_is_stepped()
    {
        static IEnumerable<int> Chunks(int tokens)
        {
            for (int chunk; (chunk = PrefillPlan.NextChunk(tokens)) > 0; tokens -= chunk) yield return chunk;
        }
        Assert.Equal(Enumerable.Repeat(128, 32), Chunks(4_096));
        Assert.Equal([128, 128, 100], Chunks(356));
        Assert.Equal([128], Chunks(128 + PrefillPlan.LeastTokens - 1));
        Assert.Equal([128, PrefillPlan.LeastTokens], Chunks(128 + PrefillPlan.LeastTokens));
        Assert.Empty(Chunks(PrefillPlan.LeastTokens - 1));
    }

    [Fact]
    public void Token_numbers_stay_small_and_keep_their_slots_and_windows()
    {
        var shape = new GpuShape(Goal with { Window = 100 }, GpuKeyValueFormat.Bf16, GpuPrefill.TensorCores);
        foreach (var tokens in new[] { 0, 1, 99, 100, 255, 256, 257, 511, 512, 100_000, 5L * int.MaxValue })
        {
            var folded = PrefillPlan.Folded(tokens, shape.RingTokens);
            Assert.Equal(tokens % shape.RingTokens, folded % shape.RingTokens);
            Assert.Equal(Math.Min(tokens, shape.Config.Window), Math.Min(folded, shape.Config.Window));
            Assert.InRange(folded, 0, 2 * shape.RingTokens);
        }
    }

    [Fact]
    public void Ring_has_room_for_a_chunk_only_when_tensor_cores_prefill()
    {
        foreach (var window in Enumerable.Range(1, 300).Append(4_096))
        {
            var shape = new GpuShape(Goal with { Window = window }, GpuKeyValueFormat.Bf16, GpuPrefill.TensorCores);
            Assert.InRange(shape.MaxRowsPerSequence, PrefillPlan.ChunkTokens, PrefillPlan.ChunkTokens + 63);
        }
        Assert.Equal(65, new GpuShape(Goal, GpuKeyValueFormat.Bf16).RingPages);
        Assert.Equal(66, new GpuShape(Goal, GpuKeyValueFormat.Bf16, GpuPrefill.TensorCores).RingPages);
        Assert.Equal(17, new GpuShape(GpuCase.Goal.Shape(), GpuKeyValueFormat.Bf16, GpuPrefill.TensorCores).RingPages);
    }

    [Fact]
    public void Models_and_devices_that_it_cannot_be_for_are_told_every_reason_in_one_line()
    {
        Assert.Null(PrefillNeeds.Obstacle(PrefillNeeds.OfModel(Goal, GpuKeyValueFormat.Bf16)));
        Assert.Null(PrefillNeeds.Obstacle(PrefillNeeds.OfDevice("a card", new Version(9, 0))));
        Assert.Empty(PrefillNeeds.OfModel(Goal with { TimeAnchor = HstuTimeAnchor.Next, TimeBias = false }, GpuKeyValueFormat.Bf16));

        var other = Goal with { HeadWidth = 64, Heads = 3, TimeAnchor = HstuTimeAnchor.Next };
        var line = PrefillNeeds.Obstacle([.. PrefillNeeds.OfModel(other, GpuKeyValueFormat.Fp8), .. PrefillNeeds.OfDevice("a card", new Version(10, 0))]);
        Assert.Equal(
            "Tensor cores cannot prefill here, so the exact kernels do: HeadWidth is 64; it must be 256; Heads is 3; it must be 2, 4 or 8; Width is 1024; it must be that of all heads, 192; " +
            "TimeAnchor is Next; it must be Self; keys and values are Fp8; they must be Bf16; a card has compute capability 10.0; it must be 9.0.",
            line);
    }

    private static IEnumerable<(PrefillPlan Plan, int Sequences)> Plans(int heads, int tiles) =>
        from all in Enumerable.Range(1, PrefillPlan.MaxSequences)
        let groups = PrefillPlan.Groups(all)
        from sequences in groups
        select (PrefillPlan.For(heads, sequences, groups.Count == 1, tiles), sequences);
}
