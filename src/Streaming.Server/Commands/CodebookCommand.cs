using System.CommandLine;
using System.Globalization;
using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook train DIR</c>: RQ-KMeans on the creatives of a data set.</summary>
internal static class CodebookCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory") { Description = "The data set whose creatives are embedded: ml-latest-small, amazon-industrial or amazon-beauty, recognised by its files" };
        var output = new Option<string>("--output") { Description = "Folder to write manifest.json and centroids.bin to", Required = true };
        var encoder = new Option<string?>("--encoder") { Description = "The encoder's folder [default: models/encoder-default of the installation]" };
        var version = new Option<string>("--codebook-version") { Description = "Version in the manifest and in every feature", DefaultValueFactory = _ => "rq-kmeans-1" };
        var layers = new Option<int>("--layers") { Description = "Codes of an ID", DefaultValueFactory = _ => 2 };
        var size = new Option<int>("--size") { Description = "Centroids of a layer", DefaultValueFactory = _ => 512 };
        var iterations = new Option<int>("--iterations") { Description = "Most iterations of a layer", DefaultValueFactory = _ => 100 };
        var seed = new Option<long>("--seed") { Description = "Seed of k-means++", DefaultValueFactory = _ => 1 };
        var json = JsonOption.Create();
        var train = new Command("train", "Train a codebook by residual k-means") { directory, output, encoder, version, layers, size, iterations, seed, json };
        train.SetAction(async (result, cancellationToken) =>
        {
            using var texts = CreativeEncoder.Load(result.GetValue(encoder) ?? Installation.Find(Path.Combine("models", "encoder-default")));
            var options = new RqKMeansOptions
            {
                CodebookVersion = result.GetValue(version)!,
                EncoderVersion = texts.Version,
                Layers = result.GetValue(layers),
                Size = result.GetValue(size),
                Iterations = result.GetValue(iterations),
                Seed = result.GetValue(seed),
            };
            if (options.Validate(texts.Dimension).ToList() is { Count: > 0 } violations)
                throw new CommandException(string.Join("; ", violations));
            var dataSet = DataSets.Open(result.GetValue(directory)!);
            var (codebook, metrics) = await Progress.RunAsync(
                result.GetValue(json), progress => Task.Run(() => Train(dataSet, texts, options, progress, cancellationToken), cancellationToken));
            codebook.Save(result.GetValue(output)!);
            Answer.Write(result.GetValue(json), Describe(codebook, metrics), Text(codebook, metrics, result.GetValue(output)!));
            return ExitCodes.Ok;
        });
        return new Command("codebook", "Work with codebooks of semantic IDs") { train };
    }

    private static (Codebook Codebook, CodebookMetrics Metrics) Train(IDataSet dataSet, CreativeEncoder encoder, RqKMeansOptions options, Progress progress, CancellationToken cancellationToken)
    {
        var creatives = dataSet.Read().TakeWhile(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!).ToList();
        if (creatives.Count < options.Size)
            throw new CommandException($"--size {options.Size}: the data set has only {creatives.Count} creatives, and a layer needs at least one for each centroid");
        var rows = new float[creatives.Count * encoder.Dimension];
        var encoding = progress.Begin("encode", creatives.Count);
        for (var i = 0; i < creatives.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            encoder.Encode([CreativeTextComposer.Compose(creatives[i])], rows.AsSpan(i * encoder.Dimension, encoder.Dimension));
            encoding.Advance();
        }
        var training = progress.Begin("train, iterations at most", options.Layers * options.Iterations);
        var codebook = RqKMeansTrainer.Train(rows, encoder.Dimension, options, new IterationBar(training, options.Iterations), cancellationToken);
        return (codebook, Measure(codebook, rows));
    }

    private static CodebookMetrics Measure(Codebook codebook, ReadOnlySpan<float> rows)
    {
        var count = rows.Length / codebook.Dimension;
        var codes = new int[count * codebook.Layers];
        for (var row = 0; row < count; row++)
            codebook.Assign(rows.Slice(row * codebook.Dimension, codebook.Dimension), codes.AsSpan(row * codebook.Layers, codebook.Layers));
        return CodebookMetrics.Compute(codes, codebook.Layers, codebook.Size);
    }

    private static object Describe(Codebook codebook, CodebookMetrics metrics) => new
    {
        codebook_version = codebook.Version,
        codebook.Layers,
        codebook.Size,
        metrics.Rows,
        unique_ids = metrics.UniqueIds,
        metrics.Collision,
        levels = metrics.Levels,
    };

    private static string Text(Codebook codebook, CodebookMetrics metrics, string output) => string.Create(
        CultureInfo.InvariantCulture,
        $"{codebook.Version}: {codebook.Layers} x {codebook.Size} on {metrics.Rows:N0} creatives, collision {metrics.Collision:P2}, perplexity {string.Join(" / ", metrics.Levels.Select(l => l.Perplexity.ToString("0", CultureInfo.InvariantCulture)))}, written to {output}");

    private sealed class IterationBar(ProgressStep step, int iterations) : IProgress<RqKMeansProgress>
    {
        public void Report(RqKMeansProgress value) => step.Set((value.Layer * iterations) + value.Iteration);
    }
}
