namespace Streaming.Memory.Recall;

/// <summary>How much is spent on estimating recall. Read once.</summary>
public sealed record RecallOptions
{
    /// <summary>One approximate search in so many is a candidate for the sample.</summary>
    public int OneIn { get; init; } = 10;

    /// <summary>The least time between two of the sample.</summary>
    public TimeSpan Spacing { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most of one core's time that exact searches for the sample take, above 0 and at most 1.</summary>
    public double Share { get; init; } = 0.01;

    /// <summary>An exact search that takes longer is given up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far back the estimate looks.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);
}
