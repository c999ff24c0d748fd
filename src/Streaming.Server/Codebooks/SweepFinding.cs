namespace Streaming.Server.Codebooks;

/// <summary>A question of the study, and the means of its sides over codebooks that differ in nothing else.</summary>
internal sealed record SweepFinding(string Question, IReadOnlyList<SweepFinding.Side> Sides)
{
    /// <summary>One answer. The groups of all sides are in one order: those at the same place differ in the answer only.</summary>
    internal sealed record Side(string Name, IReadOnlyList<SweepGroup> Groups)
    {
        public double Mean(Func<SweepGroup, double> figure) => Groups.Average(figure);
    }

    /// <summary>A mean difference to the first side, and its standard error from one group to the next.</summary>
    /// <remarks>
    /// A group is the mean over its seeds, so the error holds what seeds do and what else differs between the groups. The users are the same
    /// everywhere: that other users would show the difference too is not in it.
    /// </remarks>
    internal readonly record struct Difference(double Mean, double Error)
    {
        /// <summary>Larger than two standard errors.</summary>
        public bool IsClear => Math.Abs(Mean) > 2 * Error;
    }

    /// <summary>The questions for which a study has at least two sides.</summary>
    public static IEnumerable<SweepFinding> All(IEnumerable<SweepGroup> groups)
    {
        var trained = groups.Where(group => !group.IsGiven).ToList();
        return new[]
        {
            Ask("k-means initialisation against none", trained, e => e.Initialisation, e => e with { Initialisation = "" }),
            Ask("Shapes: 2x512 against 3x64 and others", trained, e => e.Shape, e => e with { Layers = 0, Size = 0 }),
            Ask("Fused against single embeddings", trained, e => e.Embedding, e => e with { Embedding = "" }),
            Ask("Care", trained, e => e.Care, e => e with { Care = "" }),
        }.Where(finding => finding.Sides.Count > 1);
    }

    /// <summary>How a side's figure differs from the first side's; null for the first side, or when there is but one pair to tell it from.</summary>
    public Difference? ToFirst(Side side, Func<SweepGroup, double> figure)
    {
        if (side == Sides[0] || side.Groups.Count < 2)
            return null;
        var differences = side.Groups.Zip(Sides[0].Groups, (own, first) => figure(own) - figure(first)).ToList();
        var mean = differences.Average();
        var variance = differences.Sum(difference => Math.Pow(difference - mean, 2)) / (differences.Count - 1);
        return new(mean, Math.Sqrt(variance / differences.Count));
    }

    // Only what every side has is compared, so that no side is judged on easier experiments.
    private static SweepFinding Ask(string question, List<SweepGroup> groups, Func<SweepExperiment, string> side, Func<SweepExperiment, SweepExperiment> rest)
    {
        var names = groups.Select(group => side(group.Experiment)).Distinct().ToList();
        var fair = groups.GroupBy(group => rest(group.Experiment)).Where(same => same.Count() == names.Count).SelectMany(same => same).ToList();
        return new(question, [.. names.Select(name => new Side(name, [.. fair.Where(group => side(group.Experiment) == name)])).Where(side => side.Groups.Count > 0)]);
    }
}
