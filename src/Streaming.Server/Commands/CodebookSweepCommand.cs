using System.CommandLine;
using System.Globalization;
using Streaming.Server.Codebooks;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook sweep DIR</c>: a study of codebooks, with an experiment log that the next one reads.</summary>
internal static class CodebookSweepCommand
{
    public static Command Create()
    {
        var directory = CodebookCommand.DataSet();
        var encoder = CodebookCommand.Encoder();
        var log = new Option<string>("--log") { Description = "Experiment log: JSON lines, read first and appended to", DefaultValueFactory = _ => "codebook-experiments.jsonl" };
        var write = new Option<string?>("--write") { Description = "Page to write, with its picture in a folder of its name" };
        var embeddings = new Option<string>("--embeddings") { Description = $"Of {string.Join(", ", SweepGrid.EmbeddingNames)}", DefaultValueFactory = _ => string.Join(',', SweepGrid.EmbeddingNames) };
        var shapes = new Option<string>("--shapes") { Description = "Layers and size, as in 3x256", DefaultValueFactory = _ => "2x512,3x64,3x256" };
        var initialisations = new Option<string>("--initialisations") { Description = $"Of {string.Join(", ", SweepGrid.InitialisationNames.Keys)}", DefaultValueFactory = _ => string.Join(',', SweepGrid.InitialisationNames.Keys) };
        var cares = new Option<string>("--cares") { Description = $"Of {string.Join(", ", SweepCare.All.Select(care => care.Name))}", DefaultValueFactory = _ => string.Join(',', SweepCare.All.Select(care => care.Name)) };
        var seeds = new Option<string>("--seeds") { Description = "Seeds", DefaultValueFactory = _ => "1" };
        var codebooks = new Option<string[]>("--codebook") { Description = "Folders of trained codebooks to measure beside; published IDs in the data set are always measured", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var json = JsonOption.Create();
        var command = new Command("sweep", "Study layers, sizes, initialisation, care and embeddings: collision, utilisation, perplexity and next-item recall")
        {
            directory, encoder, log, write, embeddings, shapes, initialisations, cares, seeds, codebooks, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var grid = SweepGrid.Parse(
                result.GetValue(embeddings)!, result.GetValue(shapes)!, result.GetValue(initialisations)!, result.GetValue(cares)!, result.GetValue(seeds)!);
            var folder = result.GetValue(directory)!;
            var experiments = ExperimentLog.Open(result.GetValue(log)!);
            var study = await Progress.RunAsync(result.GetValue(json), progress => Task.Run(
                () =>
                {
                    var catalogue = Catalogue.Read(folder, result.GetValue(encoder), progress, cancellationToken);
                    var published = Directory.GetFiles(folder, "*" + PublishedIds.Ending).Order(StringComparer.Ordinal);
                    var given = published.Concat(result.GetValue(codebooks)!).Select(path => SemanticIdSource.Read(path, catalogue)).ToList();
                    var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
                    return new CodebookSweep(catalogue, name, experiments).Run(grid, given, progress, cancellationToken);
                },
                cancellationToken));
            foreach (var line in study.Results)
                Answer.Write(result.GetValue(json), line, Text(line, study.Best?.Results.Contains(line) == true));
            foreach (var baseline in study.Baselines)
                Answer.Write(result.GetValue(json), new { baseline = baseline.Name, baseline.RecallValidation, baseline.RecallTest }, string.Create(CultureInfo.InvariantCulture, $"  {baseline.Name}: recall@10 {baseline.RecallTest:0.0000}"));
            if (!result.GetValue(json))
                Console.WriteLine($"{study.Results.Count} codebooks, {study.Known} of them known from {result.GetValue(log)}");
            if (result.GetValue(write) is { } page)
                SweepReport.Save(page, study);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(SweepResult result, bool best)
    {
        var e = result.Experiment;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(best ? '*' : ' ')} {e.Embedding,-9} {(e.Source.Length == 0 ? e.Method : e.Source)} {e.Shape,-6} {e.Initialisation,-8} {e.Care,-10} collision {result.Collision,7:P2}, perplexity {string.Join(" / ", result.Perplexity.Select(p => p.ToString("0", CultureInfo.InvariantCulture)))}, recall@10 {result.RecallTest:0.0000}");
    }
}
