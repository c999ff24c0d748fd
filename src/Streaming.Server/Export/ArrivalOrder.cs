using Streaming.Runtime.Records;

namespace Streaming.Server.Export;

/// <summary>Puts the records of a topic's partitions into one order.</summary>
public static class ArrivalOrder
{
    /// <summary>Merges by append time without changing the order inside a partition, where the clocks of producers may have gone back.</summary>
    /// <param name="records">Those of one partition in its order.</param>
    public static IEnumerable<InputRecord> Merge(IEnumerable<InputRecord> records)
    {
        Dictionary<int, long> newest = [];
        return records
            .Select(r => (Record: r, TimeMs: newest[r.Source.Partition] = Math.Max(r.AppendTimeMs, newest.GetValueOrDefault(r.Source.Partition, long.MinValue))))
            .OrderBy(r => r.TimeMs)
            .Select(r => r.Record);
    }
}
