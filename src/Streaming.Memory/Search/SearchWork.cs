namespace Streaming.Memory.Search;

/// <summary>What a search looked at.</summary>
/// <param name="Lists">Posting lists whose codes were scanned.</param>
/// <param name="Entries">Entries whose codes were scanned.</param>
/// <param name="Candidates">Entries that were scored from their vectors.</param>
public readonly record struct SearchWork(int Lists, long Entries, long Candidates);
