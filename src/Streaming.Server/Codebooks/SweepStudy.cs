namespace Streaming.Server.Codebooks;

/// <summary>The results of a study.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Creatives">How many it has.</param>
/// <param name="Users">Users with a target.</param>
/// <param name="Encoder">Version of the text encoder.</param>
/// <param name="Results">In the order of the grid, given codebooks first.</param>
/// <param name="Baselines">Without semantic IDs.</param>
/// <param name="Known">Results that came from the log.</param>
internal sealed record SweepStudy(
    string Dataset, int Creatives, int Users, string Encoder, IReadOnlyList<SweepResult> Results, IReadOnlyList<SweepBaseline> Baselines, int Known)
{
    /// <summary>The results that differ in nothing but the seed together, in their order.</summary>
    public IReadOnlyList<SweepGroup> Groups { get; } = SweepGroup.Of(Results);

    /// <summary>By validation recall; of equal ones the fewer collisions. Null when nothing was trained here.</summary>
    public SweepGroup? Best => Groups
        .Where(group => !group.IsGiven)
        .OrderByDescending(group => group.RecallValidation).ThenBy(group => group.Collision)
        .FirstOrDefault();
}
