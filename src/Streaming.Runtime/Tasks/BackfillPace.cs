namespace Streaming.Runtime.Tasks;

/// <summary>How fast a new task set may read what was there before it.</summary>
/// <param name="RecordsPerSecond">At most this many old records; 0 = as many as it can.</param>
/// <param name="Before">Records appended before this are old, Unix milliseconds; younger ones are never held up.</param>
/// <param name="MustYield">Live tasks of this instance are behind: old records then only crawl, so that nobody's freshness pays for them.</param>
public sealed record BackfillPace(double RecordsPerSecond, long Before, Func<bool> MustYield);
