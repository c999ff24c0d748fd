namespace Streaming.Server.Codebooks;

/// <summary>Codebooks of a study that differ in nothing but the seed (or, where they were given, in the version): a row of the page.</summary>
/// <param name="Experiment">What they share; its seed is 0 and its source empty.</param>
/// <param name="Results">One a codebook.</param>
internal sealed record SweepGroup(SweepExperiment Experiment, IReadOnlyList<SweepResult> Results)
{
    /// <summary>In the order of the results.</summary>
    public static IReadOnlyList<SweepGroup> Of(IEnumerable<SweepResult> results) =>
        [.. results.GroupBy(result => result.Experiment with { Seed = 0, Source = "" }).Select(group => new SweepGroup(group.Key, [.. group]))];

    /// <summary>True for codebooks that the study did not train.</summary>
    public bool IsGiven => Results[0].Experiment.Source.Length > 0;

    public double Collision => Mean(result => result.Collision);

    public double RecallValidation => Mean(result => result.RecallValidation);

    public double RecallTest => Mean(result => result.RecallTest);

    /// <summary>Of each layer.</summary>
    public double[] Utilisation => Layers(result => result.Utilisation);

    /// <summary>Of each layer.</summary>
    public double[] Perplexity => Layers(result => result.Perplexity);

    /// <summary>The layers' mean perplexity divided by their size.</summary>
    public double PerplexityShare => Perplexity.Average() / Experiment.Size;

    /// <summary>Standard deviation of a figure from codebook to codebook; null for a single one.</summary>
    public double? Deviation(Func<SweepResult, double> figure)
    {
        var mean = Mean(figure);
        return Results.Count < 2 ? null : Math.Sqrt(Results.Sum(result => Math.Pow(figure(result) - mean, 2)) / (Results.Count - 1));
    }

    private double Mean(Func<SweepResult, double> figure) => Results.Average(figure);

    private double[] Layers(Func<SweepResult, double[]> figure) =>
        [.. Enumerable.Range(0, Experiment.Layers).Select(layer => Results.Average(result => figure(result)[layer]))];
}
