using System.CommandLine;
using Streaming.Models.SemanticIds;
using Streaming.Server.Codebooks;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook eval CODEBOOK DIR</c>: how well a data set's creatives use a codebook. Ends with 1 when a layer has collapsed.</summary>
internal static class CodebookEvalCommand
{
    public static Command Create()
    {
        var codebook = new Argument<string>("codebook") { Description = $"A codebook's folder, or published IDs (*{PublishedIds.Ending})" };
        var directory = CodebookCommand.DataSet();
        var encoder = CodebookCommand.Encoder();
        var least = CodebookCommand.LeastPerplexity();
        var json = JsonOption.Create();
        var command = new Command("eval", "Measure collision, utilisation, perplexity and Gini of each layer") { codebook, directory, encoder, least, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var report = await Progress.RunAsync(result.GetValue(json), progress => Task.Run(
                () =>
                {
                    var catalogue = Catalogue.Read(result.GetValue(directory)!, result.GetValue(encoder), progress, cancellationToken);
                    return CodebookReport.Of(SemanticIdSource.Read(result.GetValue(codebook)!, catalogue), CodebookAlarm.Default with { LeastPerplexity = result.GetValue(least) });
                },
                cancellationToken));
            Answer.Write(result.GetValue(json), report, report.Text);
            report.WriteAlarms();
            return report.Alarms.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
