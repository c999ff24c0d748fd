using System.CommandLine;
using System.Globalization;
using Streaming.Models.SemanticIds;
using Streaming.Server.Codebooks;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming codebook diff BEFORE AFTER DIR</c>: what changes for a data set's creatives when one codebook takes another's place.</summary>
internal static class CodebookDiffCommand
{
    public static Command Create()
    {
        var before = new Argument<string>("before") { Description = $"A codebook's folder, or published IDs (*{PublishedIds.Ending})" };
        var after = new Argument<string>("after") { Description = "The same of the other" };
        var directory = CodebookCommand.DataSet();
        var encoder = CodebookCommand.Encoder();
        var other = new Option<string?>("--encoder-after") { Description = "The encoder's folder of the second codebook [default: that of the first]" };
        var json = JsonOption.Create();
        var command = new Command("diff", "Report churn between two codebooks") { before, after, directory, encoder, other, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (old, now) = await Progress.RunAsync(result.GetValue(json), progress => Task.Run(
                () =>
                {
                    var catalogue = Catalogue.Read(result.GetValue(directory)!, result.GetValue(encoder), progress, cancellationToken);
                    var second = result.GetValue(other) is { } folder ? Catalogue.Read(result.GetValue(directory)!, folder, progress, cancellationToken) : catalogue;
                    return (SemanticIdSource.Read(result.GetValue(before)!, catalogue), SemanticIdSource.Read(result.GetValue(after)!, second));
                },
                cancellationToken));
            var churn = CodebookChurn.Compute(old.Codes, old.Layers, now.Codes, now.Layers);
            Answer.Write(result.GetValue(json), new { before = old.Version, after = now.Version, churn.Rows, churn.ChangedIds, churn.Levels }, Text(old, now, churn));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Text(SemanticIdTable old, SemanticIdTable now, CodebookChurn churn) => string.Join(
        Environment.NewLine,
        churn.Levels.Select((level, layer) => string.Create(
            CultureInfo.InvariantCulture,
            $"  layer {layer}: {level.Changed:P2} changed, {level.ChangedAfterMatching:P2} after matching codes; {Kept(level)} of the pairs that shared codes up to here still do"))
            .Prepend(string.Create(CultureInfo.InvariantCulture, $"{old.Version} -> {now.Version}: {churn.ChangedIds:P2} of {churn.Rows:N0} creatives get another ID")));

    private static string Kept(CodebookChurnLevel level) => level.NeighboursKept is { } kept ? kept.ToString("P2", CultureInfo.InvariantCulture) : "none";
}
