namespace Streaming.Memory;

/// <summary>An entry that left, or that had left already when its write arrived.</summary>
/// <param name="Id">The entry's key within its namespace.</param>
/// <param name="Reason">Why it left.</param>
/// <param name="Version">The first version without it, which is not published yet.</param>
/// <param name="Stamp">The write that had made it.</param>
/// <param name="ValidUntilMs">First instant at which it was to be gone. Unix milliseconds, UTC; 0 = never.</param>
public readonly record struct Departure(string Id, DepartureReason Reason, long Version, WriteStamp Stamp, long ValidUntilMs);
