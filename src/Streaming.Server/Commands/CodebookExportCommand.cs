using System.CommandLine;
using Streaming.Server.Codebooks;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook export-embeddings DIR</c>: what <c>training/semantic-ids</c> trains on.</summary>
internal static class CodebookExportCommand
{
    public static Command Create()
    {
        var directory = CodebookCommand.DataSet();
        var output = new Option<string>("--output") { Description = $"Folder to write {EmbeddingExport.EmbeddingsFile}, {EmbeddingExport.PairsFile} and {EmbeddingExport.ManifestFile} to", Required = true };
        var encoder = CodebookCommand.Encoder();
        var json = JsonOption.Create();
        var command = new Command("export-embeddings", "Write a data set's embeddings and co-interactions, for training RQ-VAE and R3-VAE") { directory, output, encoder, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var summary = await Progress.RunAsync(result.GetValue(json), progress => Task.Run(
                () => EmbeddingExport.Write(Catalogue.Read(result.GetValue(directory)!, result.GetValue(encoder), progress, cancellationToken), result.GetValue(output)!), cancellationToken));
            Answer.Write(result.GetValue(json), summary, $"{summary.Rows:N0} embeddings of {summary.Dimension} numbers, {summary.Pairs:N0} co-interactions; written to {result.GetValue(output)}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
