namespace Streaming.Server.Codebooks;

/// <summary>A question of the study, and the means of its sides over experiments that differ in nothing else.</summary>
internal sealed record SweepFinding(string Question, IReadOnlyList<SweepFinding.Side> Sides)
{
    /// <summary>One answer.</summary>
    internal sealed record Side(string Name, IReadOnlyList<SweepResult> Results)
    {
        public double Mean(Func<SweepResult, double> figure) => Results.Average(figure);
    }

    /// <summary>The questions for which a study has at least two sides.</summary>
    public static IEnumerable<SweepFinding> All(IReadOnlyList<SweepResult> results)
    {
        var trained = results.Where(result => result.Experiment.Source.Length == 0).ToList();
        return new[]
        {
            Ask("k-means initialisation against none", trained, e => e.Initialisation, e => e with { Initialisation = "" }),
            Ask("Shapes: 2x512 against 3x64 and others", trained, e => e.Shape, e => e with { Layers = 0, Size = 0 }),
            Ask("Fused against single embeddings", trained, e => e.Embedding, e => e with { Embedding = "" }),
            Ask("Care", trained, e => e.Care, e => e with { Care = "" }),
        }.Where(finding => finding.Sides.Count > 1);
    }

    // Only what every side has is compared, so that no side is judged on easier experiments.
    private static SweepFinding Ask(string question, List<SweepResult> results, Func<SweepExperiment, string> side, Func<SweepExperiment, SweepExperiment> rest)
    {
        var names = results.Select(result => side(result.Experiment)).Distinct().ToList();
        var fair = results.GroupBy(result => rest(result.Experiment)).Where(group => group.Count() == names.Count).SelectMany(group => group).ToList();
        return new(question, [.. names.Select(name => new Side(name, [.. fair.Where(result => side(result.Experiment) == name)])).Where(side => side.Results.Count > 0)]);
    }
}
