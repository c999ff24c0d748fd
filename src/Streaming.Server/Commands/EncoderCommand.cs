using System.CommandLine;
using Streaming.Models.Encoders;
using Streaming.Server.Encoders;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary><c>streaming encoder eval DIR | embed FILE</c>.</summary>
internal static class EncoderCommand
{
    public static Command Create() => new("encoder", "Work with encoders of creatives") { Evaluate(), Embed() };

    private static Command Evaluate()
    {
        var directory = new Argument<string>("directory") { Description = "The data set: ml-latest-small or amazon-industrial, recognised by its files" };
        var encoder = new Option<string[]>("--encoder") { Description = "An encoder's folder; may be repeated [default: models/encoder-default of the installation]" };
        var json = JsonOption.Create();
        var command = new Command("eval", "recall@10 of creatives that held-out users engaged with one after the other, ranked among all") { directory, encoder, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var dataSet = DataSets.Open(result.GetValue(directory)!);
            var pairs = CoInteractions.Read(dataSet, cancellationToken);
            if (pairs.Test.Count == 0)
                throw new CommandException($"'{result.GetValue(directory)}' has no pair of creatives of a held-out user");
            var evaluation = new EncoderEvaluation(dataSet.Name, dataSet, pairs);
            Write(evaluation.Chance(), result.GetValue(json));
            foreach (var folder in result.GetValue(encoder) is { Length: > 0 } folders ? folders : [Installation.Find(Path.Combine("models", "encoder-default"))])
            {
                using var loaded = CreativeEncoder.Load(folder);
                Write(await Progress.RunAsync(result.GetValue(json), progress => Task.Run(() => evaluation.Of(loaded, progress, cancellationToken), cancellationToken)), result.GetValue(json));
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Embed()
    {
        var input = new Argument<string>("file") { Description = "Texts: a JSON string a line" };
        var output = new Option<string>("--output") { Description = "File to write: float16 little-endian, [lines, dimension], no header", Required = true };
        var encoder = new Option<string?>("--encoder") { Description = "The encoder's folder [default: models/encoder-default of the installation]" };
        var json = JsonOption.Create();
        var command = new Command("embed", "Write the embeddings of texts, for training against a teacher") { input, output, encoder, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var loaded = CreativeEncoder.Load(result.GetValue(encoder) ?? Installation.Find(Path.Combine("models", "encoder-default")));
            var lines = await Progress.RunAsync(
                result.GetValue(json), progress => Task.Run(() => EmbeddingFile.Write(loaded, result.GetValue(input)!, result.GetValue(output)!, progress, cancellationToken), cancellationToken));
            Answer.Write(result.GetValue(json), new { lines, loaded.Dimension, encoder_version = loaded.Version }, $"{lines:N0} embeddings of {loaded.Dimension} numbers by {loaded.Version}, written to {result.GetValue(output)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(EncoderFigures figures, bool json) => Answer.Write(json, figures, figures.Text);
}
