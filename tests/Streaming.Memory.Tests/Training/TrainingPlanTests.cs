using Streaming.Memory.Training;

namespace Streaming.Memory.Tests.Training;

public sealed class TrainingPlanTests
{
    [Fact]
    public void A_drift_is_answered_at_once_then_better_and_then_wholly()
    {
        TrainingPlan first = TrainingPlan.Whole.Next(hasDrifted: true), second = first.Next(hasDrifted: false);

        Assert.Equal([true, true, false], [first.IsStep, second.IsStep, second.Next(hasDrifted: false).IsStep]);
        Assert.True(first.SamplesPerList < second.SamplesPerList);
        Assert.Same(second, second.Next(hasDrifted: true));
    }

    [Fact]
    public void Without_a_drift_all_trainings_are_whole() => Assert.False(TrainingPlan.Whole.Next(hasDrifted: false).IsStep);
}
