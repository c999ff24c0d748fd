using Streaming.Models.SemanticIds;

namespace Streaming.Server.Codebooks;

/// <summary>What a codebook's training does besides residual k-means.</summary>
/// <param name="Name">In tables and logs.</param>
/// <param name="NormaliseResiduals">See <see cref="RqKMeansOptions.NormaliseResiduals"/>.</param>
/// <param name="Balanced">See <see cref="RqKMeansOptions.Balanced"/>.</param>
/// <param name="Separation">See <see cref="RqKMeansOptions.Separation"/>.</param>
internal sealed record SweepCare(string Name, bool NormaliseResiduals, bool Balanced, int Separation)
{
    /// <summary>From nothing to everything, each with one thing more.</summary>
    public static IReadOnlyList<SweepCare> All { get; } =
    [
        new("plain", false, false, 0), new("normalised", true, false, 0), new("balanced", true, true, 0), new("separated", true, true, 3),
    ];
}
