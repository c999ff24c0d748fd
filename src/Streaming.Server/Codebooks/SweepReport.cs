using System.Globalization;
using System.Text;

namespace Streaming.Server.Codebooks;

/// <summary>Writes a study as a page with a table and a picture.</summary>
internal static class SweepReport
{
    private const string PictureFile = "sweep.svg";

    /// <summary>Writes the page, and its picture into the folder beside it that has its name without the ending.</summary>
    public static void Save(string path, SweepStudy study)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.Combine(Path.GetDirectoryName(full)!, Path.GetFileNameWithoutExtension(full));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, PictureFile), SweepPicture.Draw(study));
        File.WriteAllText(full, Compose(study, $"{Path.GetFileName(folder)}/{PictureFile}"));
    }

    public static string Compose(SweepStudy study, string pictureLink)
    {
        var text = new StringBuilder(Introduction);
        text.Append(CultureInfo.InvariantCulture, $"\n## {study.Dataset}\n{study.Creatives:N0} creatives, {study.Users:N0} users with a target, text encoder `{study.Encoder}`. ");
        var error = Math.Sqrt(study.Results.Max(r => r.RecallTest) * (1 - study.Results.Max(r => r.RecallTest)) / Math.Max(1, study.Users));
        text.Append(CultureInfo.InvariantCulture, $"One standard error of recall@10 is at most {error:0.0000}.\n\n");
        text.Append("| without semantic IDs | recall@10 validation | recall@10 test |\n|---|---|---|\n");
        foreach (var baseline in study.Baselines)
            text.Append(CultureInfo.InvariantCulture, $"| {baseline.Name} | {baseline.RecallValidation:0.0000} | {baseline.RecallTest:0.0000} |\n");
        foreach (var finding in SweepFinding.All(study.Results))
            Add(text, finding);
        text.Append(CultureInfo.InvariantCulture, $"\n### Everything\n![Collision and recall of each codebook]({pictureLink})\n\n");
        text.Append("Bold: the best by validation recall. An asterisk: a layer has collapsed (its perplexity is below a tenth of its codes).\n\n");
        text.Append("| embedding | method | shape | initialisation | care | seed | collision | utilisation | perplexity | recall@10 validation | recall@10 test |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var result in study.Results)
            text.Append(Row(result, result == study.Best));
        return text.ToString();
    }

    private static void Add(StringBuilder text, SweepFinding finding)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {finding.Question}\n| | codebooks | collision | utilisation | perplexity share | recall@10 validation | recall@10 test |\n|---|---|---|---|---|---|---|\n");
        foreach (var side in finding.Sides)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {side.Name} | {side.Results.Count} | {side.Mean(r => r.Collision):0.00%} | {side.Mean(r => r.Utilisation.Average()):0.000} | {side.Mean(r => r.Perplexity.Average() / r.Experiment.Size):0.000} | {side.Mean(r => r.RecallValidation):0.0000} | {side.Mean(r => r.RecallTest):0.0000} |\n");
        }
    }

    private static string Row(SweepResult result, bool best)
    {
        var e = result.Experiment;
        string[] cells =
        [
            e.Embedding, e.Source.Length == 0 ? e.Method : $"{e.Method}: {e.Source}", e.Shape, e.Initialisation, e.Care,
            e.Source.Length == 0 ? e.Seed.ToString(CultureInfo.InvariantCulture) : "-",
            result.Collision.ToString("0.00%", CultureInfo.InvariantCulture),
            string.Join(" / ", result.Utilisation.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture))),
            string.Join(" / ", result.Perplexity.Select(value => value.ToString("0", CultureInfo.InvariantCulture))) + (IsCollapsed(result) ? " *" : ""),
            result.RecallValidation.ToString("0.0000", CultureInfo.InvariantCulture),
            result.RecallTest.ToString("0.0000", CultureInfo.InvariantCulture),
        ];
        return $"| {string.Join(" | ", best ? cells.Select(cell => $"**{cell}**") : cells)} |\n";
    }

    private static bool IsCollapsed(SweepResult result) =>
        result.Perplexity.Any(value => value < Streaming.Models.SemanticIds.CodebookAlarm.Default.LeastPerplexity * result.Experiment.Size);

    private const string Introduction =
        """
        # Codebooks
        Written by `./streaming codebook sweep ../shared/data/amazon-industrial --log docs/codebooks/experiments.jsonl --write docs/codebooks.md`: do
        not edit it by hand. Experiments that the log holds are not done again; delete lines to repeat them.

        - *Collision* is (creatives − distinct IDs) / creatives, *perplexity* exp(entropy) of a layer's codes, *utilisation* the share of its codes
          that are used. *Perplexity share* is the layers' mean perplexity divided by their size. Everything is measured on the creatives that the
          codebook was trained on, as published figures are.
        - *Recall@10* is the share of users whose next item is among the ten best of all items, and a tie counts against it, so that IDs which
          collide cannot profit. Test: each user's last event; validation: the one before it; trained on what comes before both. The predictor
          sees semantic IDs only: a Markov chain over IDs, interpolated over the lengths of their prefixes, with nothing tuned
          (`src/Streaming.Server/Codebooks/SidMarkov.cs`). It is simple on purpose, and no model of a recommender: compare rows with each other.
        - *Embeddings*: `text`, the platform's encoder; `behaviour`, 32 numbers from who met the creatives together in the training histories (zeros
          for a creative that no history holds); `fused`, both side by side.
        - *Care*, each with one thing more than the one before: `plain` residual k-means; `normalised`: residuals are scaled to a norm of 1;
          `balanced`: clusters are evened out by prices; `separated`: creatives that are hard to tell apart count more.
        - *Initialisation*: `kmeans++`; `random`, rows at random; `none`, small random numbers, and clusters that end empty stay so.

        """;
}
