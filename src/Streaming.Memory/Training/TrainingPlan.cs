namespace Streaming.Memory.Training;

/// <summary>How thorough a training is.</summary>
/// <remarks>
/// Content that moves goes on moving while lists are trained, so a drift is answered in steps: lists that are roughly right at once, from the little that
/// has come; better ones when more has come, while entries still move; and whole ones when they have moved.
/// </remarks>
/// <param name="SamplesPerList">Vectors in the sample for each list.</param>
/// <param name="Iterations">Of k-means.</param>
/// <param name="IsStep">True when another training follows.</param>
internal sealed record TrainingPlan(int SamplesPerList, int Iterations, bool IsStep)
{
    public static readonly TrainingPlan Whole = new(64, 8, IsStep: false);
    public static readonly TrainingPlan First = new(16, 3, IsStep: true);
    public static readonly TrainingPlan Second = new(32, 3, IsStep: true);

    /// <summary>The plan after this one.</summary>
    /// <param name="hasDrifted">Whether new vectors lie too far from this one's centroids.</param>
    public TrainingPlan Next(bool hasDrifted) => this == First ? Second : !hasDrifted ? Whole : this == Whole ? First : Second;
}
