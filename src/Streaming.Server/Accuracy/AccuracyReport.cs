using System.Globalization;
using System.Text;

namespace Streaming.Server.Accuracy;

/// <summary>Writes <c>docs/accuracy.md</c>: the recorded training runs, the streaming engine beside them, and the value of freshness.</summary>
internal static class AccuracyReport
{
    private const string PictureFile = "freshness.svg";

    /// <summary>Writes the report, and its picture into the folder beside it that has its name without the ending.</summary>
    public static void Save(string path, IReadOnlyList<AccuracyFigures> figures, IReadOnlyList<BatchResult> recorded)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.Combine(Path.GetDirectoryName(full)!, Path.GetFileNameWithoutExtension(full));
        Directory.CreateDirectory(folder);
        var picture = figures.FirstOrDefault(f => f.Freshness.Count > 0);
        if (picture is not null)
            File.WriteAllText(Path.Combine(folder, PictureFile), FreshnessPicture.Draw(picture.Freshness, picture.Dataset));
        File.WriteAllText(full, Compose(figures, recorded, $"{Path.GetFileName(folder)}/{PictureFile}"));
    }

    public static string Compose(IReadOnlyList<AccuracyFigures> figures, IReadOnlyList<BatchResult> recorded, string pictureLink)
    {
        var text = new StringBuilder(Introduction);
        foreach (var set in figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {set.Dataset}\n\n{ProtocolOf(set)}\n");
            AddTraining(text, set.Dataset, recorded);
            AddStreaming(text, set);
            if (set.Freshness.Count > 0)
                AddFreshness(text, set, pictureLink);
        }
        return text.ToString();
    }

    private const string Introduction =
        """
        # Accuracy
        Written by `make accuracy`, which is `./streaming accuracy --data ../shared/data --write docs/accuracy.md`: do not edit it by hand.

        - *Training* rows are what PyTorch's batch evaluation recorded, one file a run in [docs/accuracy](accuracy/);
          [training/hstu/README.md](../training/hstu/README.md) says how to make each anew. `±` is the standard deviation over seeds.
        - *Streaming* rows are computed by the command itself: every user's events go one by one through the engine that the platform runs, and
          the embedding before the target ranks all items. The command fails if the float32 engine is more than 0.001 away from the batch evaluation.
          *fp8* is how the GPU engine can keep keys and values, e4m3 with a scale for each row of a head, with all else computed on the CPU
          in float32: the GPU's own rounding elsewhere (bf16 projections, sums in half floats) is not in the figure.
        - HR@10 is the share of targets at rank 10 or better, NDCG@10 the mean of 1/log2(rank + 1) of these. All items are ranked, none is
          sampled, and a tie counts against the target. *Unseen* leaves out the items that the user had met before, as the public code of S3-Rec
          and HSTU does; *all* leaves out none, which is harder.
        - *Validation* is the mean NDCG@10 of the validation split, of unseen items (in time: of all). Rows stand in its order; the choice is by it alone.

        """;

    private static string ProtocolOf(AccuracyFigures set)
    {
        var row = set.Rows[0];
        var error = Math.Sqrt(row.Streaming.Hr10Unseen * (1 - row.Streaming.Hr10Unseen) / row.Targets);
        var protocol = set.TestFrom is { } from
            ? string.Create(CultureInfo.InvariantCulture, $"In time order: every event from {from:yyyy-MM-dd HH:mm:ss} UTC on is a target of the test, but for a user's first,\nand none of them trains.")
            : "Leave-one-out: the last event of each user is the target of the test, the one before it of validation, and all others train.\nEvents have an order and no times, so the models have no time bias.";
        return string.Create(CultureInfo.InvariantCulture, $"{protocol} {row.Targets:N0} targets; one standard error of HR@10 is {error:0.0000}.\n");
    }

    private static void AddTraining(StringBuilder text, string dataset, IReadOnlyList<BatchResult> recorded)
    {
        text.Append("| model | variant | split | seeds | validation | HR@10 unseen | NDCG@10 unseen | HR@10 all | NDCG@10 all | from |\n|---|---|---|---|---|---|---|---|---|---|\n");
        if (dataset == "amazon-beauty")
        {
            foreach (var row in PublishedFigures.AmazonBeauty)
                text.Append(CultureInfo.InvariantCulture, $"| {row.Model} | published | last event | | | {row.Hr10:0.0000} | {row.Ndcg10:0.0000} | | | {row.Source} |\n");
        }
        foreach (var group in ResultGroup.Of(dataset, recorded))
        {
            string[] cells =
            [
                group.Model == "hstu" ? "HSTU" : group.Model == "sasrec" ? "SASRec" : group.Model,
                group.Shipped ? $"**{group.Variant}** (shipped)" : group.Variant,
                group.ByTime ? "in time" : "last event",
                group.Runs.Count.ToString(CultureInfo.InvariantCulture),
                group.Validation is { } validation ? validation.ToString("0.0000", CultureInfo.InvariantCulture) : "",
                Cell(group, r => r.Hr10Unseen), Cell(group, r => r.Ndcg10Unseen), Cell(group, r => r.Hr10), Cell(group, r => r.Ndcg10),
                string.Join(", ", group.Runs.Select(r => $"[{Path.GetFileNameWithoutExtension(r.File)}](accuracy/{r.File})")),
            ];
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
        }
    }

    private static string Cell(ResultGroup group, Func<BatchResult, double?> figure)
    {
        if (group.Mean(figure) is not { } mean)
            return "";
        var deviation = group.Deviation(figure) is { } d ? string.Create(CultureInfo.InvariantCulture, $" ± {d:0.0000}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0000}{deviation}");
    }

    private static void AddStreaming(StringBuilder text, AccuracyFigures set)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nThe shipped model `{set.Rows[0].ModelVersion}` in the streaming engine, by how it keeps keys and values:\n\n");
        text.Append("| engine | HR@10 unseen | NDCG@10 unseen | HR@10 all | NDCG@10 all | largest difference from its training row |\n|---|---|---|---|---|---|\n");
        foreach (var row in set.Rows)
        {
            var m = row.Streaming;
            text.Append(CultureInfo.InvariantCulture, $"| streaming, {row.Precision} | {m.Hr10Unseen:0.0000} | {m.Ndcg10Unseen:0.0000} | {m.Hr10:0.0000} | {m.Ndcg10:0.0000} | {row.Difference:0.000000} |\n");
        }
        text.Append('\n');
        var exact = set.Rows[0].Streaming;
        foreach (var row in set.Rows.Skip(1))
        {
            var (hr10, ndcg10) = (row.Streaming.Hr10 - exact.Hr10, row.Streaming.Ndcg10 - exact.Ndcg10);
            text.Append(CultureInfo.InvariantCulture, $"Keeping keys and values in {row.Precision} changes HR@10 by {hr10:+0.00000;-0.00000;0} and NDCG@10 by {ndcg10:+0.00000;-0.00000;0} (all items).\n");
        }
    }

    private static void AddFreshness(StringBuilder text, AccuracyFigures set, string pictureLink)
    {
        text.Append(FreshnessIntroduction);
        text.Append(CultureInfo.InvariantCulture, $"![HR@10 by staleness of the user embedding]({pictureLink})\n\n");
        text.Append("| the embedding is up to | HR@10 unseen | NDCG@10 unseen | of the freshest | HR@10 unseen, no fall-back | HR@10 all | NDCG@10 all | events missed, mean | without embedding |\n|---|---|---|---|---|---|---|---|---|\n");
        var freshest = set.Freshness[0].Metrics.Hr10Unseen;
        foreach (var row in set.Freshness)
        {
            var m = row.Metrics;
            text.Append(CultureInfo.InvariantCulture, $"| {row.Staleness} | {m.Hr10Unseen:0.0000} | {m.Ndcg10Unseen:0.0000} | {100 * m.Hr10Unseen / freshest:0}% | {row.Hr10WithoutFallback:0.0000} | {m.Hr10:0.0000} | {m.Ndcg10:0.0000} | {row.MissedEvents:0.0} | {100 * row.WithoutEmbedding:0.0}% |\n");
        }
    }

    private const string FreshnessIntroduction =
        """

        ### The value of freshness
        The same model, the same requests, older embeddings. A request comes in the moment before each event of the test, and asks for ten films.
        *Last event* uses the embedding after the user's newest event, as the platform publishes it. *1 hour* uses the newest embedding that
        existed one hour before the request, as a batch system with that delay would have it: events of the last hour are not in it. The others
        likewise. A user who had no embedding by then gets the films by popularity, counted before the test; under *no fall-back* such a request
        is a miss. Films that the user has rated are left out (*unseen*) with a list that is always fresh, so that only the age of the embedding
        differs. *Popularity* gives everybody the same.

        Read it with two things in mind. MovieLens users rate many films in one sitting (*events missed*), from lists that a recommender of that
        time showed, so the last minutes tell much about the next film; in a feed it is alike, in a shop less so. And most users of the test are
        new: the older the embedding, the more requests have none (*without embedding*), and popularity answers them.


        """;
}
