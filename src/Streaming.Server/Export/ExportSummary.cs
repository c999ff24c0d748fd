using System.Globalization;

namespace Streaming.Server.Export;

/// <summary>What an export wrote, and what it left out.</summary>
/// <param name="Events">Lines of <c>events.jsonl</c>.</param>
/// <param name="Users">Users of these events.</param>
/// <param name="Creatives">Lines of <c>creatives.jsonl</c>.</param>
/// <param name="Rejected">Records that a platform would send to a dead-letter topic.</param>
/// <param name="Duplicates">Events that came again.</param>
/// <param name="UnknownCreatives">Creatives that events name but that never came: they are in no line of <c>creatives.jsonl</c>.</param>
internal sealed record ExportSummary(long Events, int Users, int Creatives, long Rejected, long Duplicates, int UnknownCreatives)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Events:N0} events of {Users:N0} users, {Creatives:N0} creatives; left out: {Rejected:N0} bad records, {Duplicates:N0} duplicates; {UnknownCreatives:N0} creatives named but unknown");
}
