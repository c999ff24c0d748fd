using System.CommandLine;
using Streaming.Server.Accuracy;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary><c>streaming accuracy</c>: the trained models in the streaming engine, checked against PyTorch's batch evaluation.</summary>
internal static class AccuracyCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = $"A folder with the data sets {string.Join(" and ", AccuracySubject.All.Select(s => s.Dataset))}, or one of them", Required = true };
        var model = new Option<string?>("--model") { Description = "The model's folder, for one data set [default: models/hstu-<data set> of the installation]" };
        var encoder = new Option<string?>("--encoder") { Description = "The encoder's folder, for one data set whose model brings no items.safetensors [default: models/encoder-<data set>, or else models/encoder-default]" };
        var results = new Option<string?>("--results") { Description = "Folder of the training results to check against [default: docs/accuracy of the installation]" };
        var write = new Option<string?>("--write") { Description = "Write the report to this Markdown file, with its picture into the folder of the same name" };
        var json = JsonOption.Create();
        var command = new Command("accuracy", "Feed data sets event by event through the engine and rank all items: HR@10, NDCG@10 and the value of freshness; exit code 1 if they differ from PyTorch's")
        {
            data, model, encoder, results, write, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var sets = Find(result.GetValue(data)!);
            if (sets.Count > 1 && (result.GetValue(model) ?? result.GetValue(encoder)) is not null)
                throw new CommandException("--model and --encoder are for one data set: name it with --data");
            if (sets.Count < AccuracySubject.All.Count && result.GetValue(write) is not null)
                throw new CommandException("--write needs --data to hold every data set of the report");
            var recorded = BatchResult.ReadAll(result.GetValue(results) ?? Installation.Find(Path.Combine("docs", "accuracy")));
            var runs = sets.Select(s => new AccuracyRun(
                s.Subject, s.DataSet, result.GetValue(model) ?? Installation.Find(s.Subject.ModelFolder), result.GetValue(encoder) ?? Encoder(s.Subject), recorded)).ToList();
            var figures = await Progress.RunAsync(
                result.GetValue(json), progress => Task.Run(() => runs.Select(run => run.Run(progress, cancellationToken)).ToList(), cancellationToken));
            foreach (var set in figures)
                Write(set, result.GetValue(json));
            if (result.GetValue(write) is { } path)
                AccuracyReport.Save(path, figures, recorded);
            return Verdict([.. figures.SelectMany(f => f.Rows)]);
        });
        return command;
    }

    private static List<(AccuracySubject Subject, IDataSet DataSet)> Find(string folder)
    {
        var below = AccuracySubject.All.Where(s => Directory.Exists(Path.Combine(folder, s.Dataset))).Select(s => (s, DataSets.Open(Path.Combine(folder, s.Dataset)))).ToList();
        if (below.Count > 0)
            return below;
        var dataSet = DataSets.Open(folder);
        var subject = AccuracySubject.All.FirstOrDefault(s => s.Layout == dataSet.Name)
            ?? throw new CommandException($"--data '{folder}' holds {dataSet.Name}, on which no model is trained: must be one of {string.Join(", ", AccuracySubject.All.Select(s => s.Dataset))}");
        return [(subject, dataSet)];
    }

    private static string Encoder(AccuracySubject subject)
    {
        try
        {
            return Installation.Find(subject.EncoderFolder);
        }
        catch (CommandException)
        {
            return Installation.Find(Path.Combine("models", "encoder-default"));
        }
    }

    private static void Write(AccuracyFigures figures, bool json)
    {
        foreach (var row in figures.Rows)
            Answer.Write(json, AccuracyLine.Of(row), row.ToString());
        foreach (var row in figures.Freshness)
            Answer.Write(json, AccuracyLine.Of(figures.Dataset, row), AccuracyLine.Text(figures.Dataset, row));
    }

    private static int Verdict(IReadOnlyList<AccuracyRow> rows)
    {
        foreach (var row in rows.Where(r => r.Failed))
            Console.Error.WriteLine($"streaming: the streaming engine is not PyTorch's batch evaluation: {row}");
        return rows.Any(r => r.Failed) ? ExitCodes.Failed : ExitCodes.Ok;
    }
}
