namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>The tensor-core prefill beside the exact one, on the device that is there.</summary>
public sealed class TensorCorePrefillTests
{
    public static TheoryData<string> Cases => [.. GpuCase.TensorCores.Select(c => c.Name)];

    [TensorCoreTheory]
    [MemberData(nameof(Cases))]
    public void Appends_by_turns_with_steps_leave_the_exact_keys_and_values_to_bf16_rounding(string name) => Small(PrefillLaws.Ragged(GpuCase.Named(name)));

    [TensorCoreTheory]
    [InlineData("window")]
    [InlineData("time")]
    [InlineData("token")]
    public void Planted_fault_is_noticed(string fault)
    {
        var error = PrefillLaws.Ragged(GpuCase.Named("tensor2"), fault);
        Assert.False(error.IsSmall, $"{fault}: {error}");
    }

    [TensorCoreTheory]
    [InlineData("tensor2", 3)]
    [InlineData("tensor4", 2)]
    [InlineData("tensor4", 5)]
    [InlineData("tensor4", 11)]
    [InlineData("tensor8", 8)]
    public void Sequences_of_different_lengths_are_prefilled_together(string name, int sequences) => Small(PrefillLaws.Together(GpuCase.Named(name), sequences));

    [TensorCoreTheory]
    [MemberData(nameof(Cases))]
    public void Evicted_sequence_is_rebuilt_from_its_last_tokens(string name) => Small(PrefillLaws.AfterEviction(GpuCase.Named(name)));

    [TensorCoreTheory]
    [MemberData(nameof(Cases))]
    public void Same_appends_give_the_same_bits_again(string name) => Assert.True(PrefillLaws.SameBitsAgain(GpuCase.Named(name)));

    private static void Small(PrefillError error) => Assert.True(error.IsSmall, error.ToString());
}
