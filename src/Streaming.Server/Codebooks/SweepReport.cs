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
        var highest = study.Groups.Max(group => group.RecallTest);
        var error = Math.Sqrt(highest * (1 - highest) / Math.Max(1, study.Users));
        text.Append(CultureInfo.InvariantCulture, $"\n## {study.Dataset}\n{study.Creatives:N0} creatives, {study.Users:N0} users with a target, text encoder `{study.Encoder}`. ");
        text.Append(CultureInfo.InvariantCulture, $"One standard error of recall@10 is at most {error:0.0000}: what other users would change in it.\n\n");
        text.Append("| without semantic IDs | recall@10 validation | recall@10 test |\n|---|---|---|\n");
        foreach (var baseline in study.Baselines)
            text.Append(CultureInfo.InvariantCulture, $"| {baseline.Name} | {baseline.RecallValidation:0.0000} | {baseline.RecallTest:0.0000} |\n");
        foreach (var finding in SweepFinding.All(study.Groups))
            Add(text, finding);
        AddMethods(text, study.Groups);
        text.Append(CultureInfo.InvariantCulture, $"\n### Everything\n![Collision and recall of each codebook]({pictureLink})\n\n");
        text.Append("Means over the seeds, ± their standard deviation. Bold: the best by validation recall. An asterisk: a layer has collapsed (its perplexity is below a tenth of its codes).\n\n");
        text.Append("| embedding | method | shape | initialisation | care | codebooks | collision | utilisation | perplexity | recall@10 validation | recall@10 test |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var group in study.Groups)
            text.Append(Row(group, group == study.Best));
        return text.ToString();
    }

    private static void Add(StringBuilder text, SweepFinding finding)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {finding.Question}\n| | codebooks | collision | utilisation | perplexity share | recall@10 validation | to the first | recall@10 test | to the first |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var side in finding.Sides)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {side.Name} | {side.Groups.Sum(g => g.Results.Count)} | {side.Mean(g => g.Collision):0.00%} | {side.Mean(g => g.Utilisation.Average()):0.000} | {side.Mean(g => g.PerplexityShare):0.000} ");
            text.Append(CultureInfo.InvariantCulture, $"| {side.Mean(g => g.RecallValidation):0.0000} | {ToFirst(finding, side, g => g.RecallValidation)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {side.Mean(g => g.RecallTest):0.0000} | {ToFirst(finding, side, g => g.RecallTest)} |\n");
        }
    }

    private static string ToFirst(SweepFinding finding, SweepFinding.Side side, Func<SweepGroup, double> figure) =>
        finding.ToFirst(side, figure) is not { } difference ? "" : string.Create(CultureInfo.InvariantCulture, $"{difference.Mean:+0.0000;-0.0000} ± {difference.Error:0.0000}{(difference.IsClear ? " !" : "")}");

    /// <summary>Given codebooks beside those of residual k-means that have their shape.</summary>
    private static void AddMethods(StringBuilder text, IReadOnlyList<SweepGroup> groups)
    {
        foreach (var shape in groups.Where(group => group.IsGiven).Select(group => group.Experiment.Shape).Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### Methods of {shape}\n| method | codebooks | collision | perplexity share | recall@10 validation | recall@10 test |\n|---|---|---|---|---|---|\n");
            foreach (var group in groups.Where(group => group.Experiment.Shape == shape && (group.IsGiven || group.Experiment is { Embedding: "text", Initialisation: "kmeans++" })))
            {
                var e = group.Experiment;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {(group.IsGiven ? e.Method : $"{e.Method}, text, {e.Care}")} | {group.Results.Count} | {Spread(group, r => r.Collision, "0.00%")} | {group.PerplexityShare:0.000} | {Spread(group, r => r.RecallValidation, "0.0000")} | {Spread(group, r => r.RecallTest, "0.0000")} |\n");
            }
        }
    }

    private static string Row(SweepGroup group, bool best)
    {
        var e = group.Experiment;
        string[] cells =
        [
            e.Embedding, e.Method, e.Shape, e.Initialisation, e.Care,
            group.Results.Count.ToString(CultureInfo.InvariantCulture),
            Spread(group, result => result.Collision, "0.00%"),
            string.Join(" / ", group.Utilisation.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture))),
            string.Join(" / ", group.Perplexity.Select(value => value.ToString("0", CultureInfo.InvariantCulture))) + (IsCollapsed(group) ? " *" : ""),
            Spread(group, result => result.RecallValidation, "0.0000"),
            Spread(group, result => result.RecallTest, "0.0000"),
        ];
        return $"| {string.Join(" | ", best ? cells.Select(cell => $"**{cell}**") : cells)} |\n";
    }

    /// <summary>Mean and, of several codebooks, standard deviation.</summary>
    private static string Spread(SweepGroup group, Func<SweepResult, double> figure, string format)
    {
        var mean = group.Results.Average(figure).ToString(format, CultureInfo.InvariantCulture);
        return group.Deviation(figure) is { } deviation ? $"{mean} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}" : mean;
    }

    private static bool IsCollapsed(SweepGroup group) =>
        group.Perplexity.Any(value => value < Streaming.Models.SemanticIds.CodebookAlarm.Default.LeastPerplexity * group.Experiment.Size);

    private const string Introduction =
        """
        # Codebooks
        Written by `./streaming codebook sweep ../shared/data/amazon-industrial --encoder models/encoder-hashed-1 --seeds 1,2,3 --log
        docs/codebooks/experiments.jsonl --write docs/codebooks.md`: do not edit it by hand. Experiments that the log holds are not done again; delete
        lines to repeat them. The encoder is the untrained one: the default has learned from users of this very data set.

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
        - *To the first*: the difference to the table's first row, ± one standard error, over pairs of codebooks (each the mean of its seeds) that
          differ in nothing else. An exclamation mark: larger than two standard errors, so not the chance of seeds and settings. It is still measured on
          the same users for all: believe what is marked in validation and test alike.
        - *Methods*: `rq-vae` (k-means initialisation), `rq-vae-none` (without) and `r3-vae` are trained on the text embeddings by
          [training/semantic-ids](../training/semantic-ids/README.md), and given with `--codebook`; the log keeps their figures. `published`: IDs that
          come with the data set, made by others from a larger text encoder.

        """;
}
