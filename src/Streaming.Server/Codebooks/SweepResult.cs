namespace Streaming.Server.Codebooks;

/// <summary>A line of the experiment log.</summary>
/// <param name="Study">Version of what is measured and how; another version's results are not comparable.</param>
/// <param name="Data">Digest of events and embeddings; empty for what does not depend on them.</param>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Encoder">Version of the text encoder.</param>
/// <param name="Experiment">What was made.</param>
/// <param name="Collision">Share of the creatives whose ID another one has.</param>
/// <param name="Utilisation">Of each layer.</param>
/// <param name="Perplexity">Of each layer.</param>
/// <param name="Gini">Of each layer.</param>
/// <param name="RecallValidation">Recall@10 of the event before each user's last; what the best is chosen by.</param>
/// <param name="RecallTest">Recall@10 of each user's last event.</param>
/// <param name="Seconds">Of training, on whatever machine it was.</param>
internal sealed record SweepResult(
    int Study, string Data, string Dataset, string Encoder, SweepExperiment Experiment,
    double Collision, double[] Utilisation, double[] Perplexity, double[] Gini, double RecallValidation, double RecallTest, double Seconds)
{
    /// <summary>Of this program.</summary>
    public const int CurrentStudy = 1;
}
