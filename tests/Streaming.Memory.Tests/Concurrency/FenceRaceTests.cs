namespace Streaming.Memory.Tests.Concurrency;

public sealed class FenceRaceTests
{
    // A missing fence shows after some thousands of rounds, seldom after some hundred thousand.
    private const long Most = 50_000_000;
    private const long Least = 20_000;

    /// <summary>The fence that is missed is planted first: as long as the race does not show that, it shows nothing.</summary>
    [ManyCoresTheory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_planted_missing_fence_is_caught_and_the_slots_pass_as_many_rounds(bool readerHasFence, bool writerHasFence)
    {
        long? caught = new FenceRace.WithoutAFence(readerHasFence, writerHasFence).RoundsUntilViolation(Most);

        Assert.NotNull(caught);
        Assert.Null(new FenceRace.WithFences().RoundsUntilViolation(Math.Max(Least, caught.Value)));
    }
}
