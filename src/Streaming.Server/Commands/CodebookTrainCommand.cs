using System.CommandLine;
using Streaming.Models.SemanticIds;
using Streaming.Server.Codebooks;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook train DIR</c>: RQ-KMeans on the creatives of data sets.</summary>
internal static class CodebookTrainCommand
{
    public static Command Create()
    {
        var directories = CodebookCommand.DataSets();
        var output = new Option<string>("--output") { Description = "Folder to write manifest.json and centroids.bin to", Required = true };
        var encoder = CodebookCommand.Encoder();
        var version = new Option<string>("--codebook-version") { Description = "Version in the manifest and in every feature", DefaultValueFactory = _ => "rq-kmeans-1" };
        var layers = new Option<int>("--layers") { Description = "Codes of an ID", DefaultValueFactory = _ => 2 };
        var size = new Option<int>("--size") { Description = "Centroids of a layer", DefaultValueFactory = _ => 512 };
        var iterations = new Option<int>("--iterations") { Description = "Most iterations of a layer", DefaultValueFactory = _ => 100 };
        var initialisation = new Option<string>("--initialisation") { Description = $"Where centroids begin: {string.Join(", ", SweepGrid.InitialisationNames.Keys)}", DefaultValueFactory = _ => "kmeans++" };
        var normalise = new Option<bool>("--normalise-residuals") { Description = "Scale what a layer leaves over to a norm of 1", DefaultValueFactory = _ => true };
        var balanced = new Option<bool>("--balanced") { Description = "Even out the clusters", DefaultValueFactory = _ => true };
        var separation = new Option<int>("--separation") { Description = "How much to attend to creatives that are hard to tell apart, 0 to 6", DefaultValueFactory = _ => 3 };
        var seed = new Option<long>("--seed") { Description = "Seed of the initialisation", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Most threads, -1 = as many as cores; the result does not depend on it", DefaultValueFactory = _ => -1 };
        var least = CodebookCommand.LeastPerplexity();
        var json = JsonOption.Create();
        var command = new Command("train", "Train a codebook by residual k-means")
        {
            directories, output, encoder, version, layers, size, iterations, initialisation, normalise, balanced, separation, seed, threads, least, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!SweepGrid.InitialisationNames.TryGetValue(result.GetValue(initialisation)!, out var begin))
                throw new CommandException($"--initialisation '{result.GetValue(initialisation)}': must be one of {string.Join(", ", SweepGrid.InitialisationNames.Keys)}");
            var options = new RqKMeansOptions
            {
                CodebookVersion = result.GetValue(version)!,
                EncoderVersion = "unknown until the encoder is loaded",
                Layers = result.GetValue(layers),
                Size = result.GetValue(size),
                Iterations = result.GetValue(iterations),
                Initialisation = begin,
                NormaliseResiduals = result.GetValue(normalise),
                Balanced = result.GetValue(balanced),
                Separation = result.GetValue(separation),
                Seed = result.GetValue(seed),
                MaxThreads = result.GetValue(threads),
            };
            if (options.Validate(dimension: 1).ToList() is { Count: > 0 } violations)
                throw new CommandException(string.Join("; ", violations));
            var report = await Progress.RunAsync(result.GetValue(json), progress => Task.Run(
                () =>
                {
                    var catalogues = result.GetValue(directories)!.Select(folder => Catalogue.Read(folder, result.GetValue(encoder), progress, cancellationToken)).ToList();
                    float[] rows = [.. catalogues.SelectMany(catalogue => catalogue.Rows)];
                    var codebook = Train(rows, catalogues[0].Dimension, options with { EncoderVersion = catalogues[0].EncoderVersion }, progress, cancellationToken);
                    codebook.Save(result.GetValue(output)!);
                    return CodebookReport.Of(SemanticIdTable.Of(codebook, rows), CodebookAlarm.Default with { LeastPerplexity = result.GetValue(least) });
                },
                cancellationToken));
            Answer.Write(result.GetValue(json), report, $"{report.Text}{Environment.NewLine}written to {result.GetValue(output)}");
            report.WriteAlarms();
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Codebook Train(float[] rows, int dimension, RqKMeansOptions options, Progress progress, CancellationToken cancellationToken)
    {
        if (rows.Length / dimension < options.Size)
            throw new CommandException($"--size {options.Size}: there are only {rows.Length / dimension} creatives, and a layer needs at least one for each centroid");
        if (options.Validate(dimension).ToList() is { Count: > 0 } violations)
            throw new CommandException(string.Join("; ", violations));
        var most = options.Iterations + (options.Balanced ? RqKMeansTrainer.BalanceIterations : 0);
        var training = progress.Begin("train, iterations at most", options.Layers * most);
        return RqKMeansTrainer.Train(rows, dimension, options, new IterationBar(training, most), cancellationToken);
    }

    private sealed class IterationBar(ProgressStep step, int iterations) : IProgress<RqKMeansProgress>
    {
        public void Report(RqKMeansProgress value) => step.Set((value.Layer * iterations) + value.Iteration);
    }
}
