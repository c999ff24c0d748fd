namespace Streaming.Client.Api;

/// <summary>What a search looked at; of several vectors or instances the sums.</summary>
/// <param name="Paths">How it came upon entries: vectors (all of them), lists, attribute (the rows of the rarest one wanted).</param>
/// <param name="Lists">Posting lists whose codes were scanned.</param>
/// <param name="Chunks">Chunks of lists that were read.</param>
/// <param name="Entries">Entries whose codes were scanned.</param>
/// <param name="Candidates">Entries that their codes chose.</param>
/// <param name="Listed">Rows listed for the rarest attribute that was wanted.</param>
/// <param name="Scored">Entries that were scored from their vectors.</param>
public sealed record SearchExplanation(IReadOnlyList<string> Paths, int Lists, int Chunks, long Entries, long Candidates, int Listed, long Scored);
