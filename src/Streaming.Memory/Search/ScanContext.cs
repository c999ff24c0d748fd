using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Search;

/// <summary>What a scan needs to know of its search.</summary>
/// <param name="Rows">The namespace's rows.</param>
/// <param name="Metric">The namespace's metric.</param>
/// <param name="Codes">Codes an entry has.</param>
/// <param name="Version">Entries that had ended by then are left out where that is sure; the rest is for the caller to check.</param>
/// <param name="IsPast">True when later versions were published before the search began.</param>
/// <param name="NowMs">Chunks whose entries are all expired by then are left out; unix ms.</param>
/// <param name="Age">How scores lose by age.</param>
internal readonly record struct ScanContext(RowStore Rows, Metric Metric, int Codes, long Version, bool IsPast, long NowMs, AgeWeight Age)
{
    /// <summary>True when the chunk may have entries that the version does not see yet.</summary>
    public bool MayBeginLater(ChunkMemory chunk) => IsPast && chunk.LatestBegin > Version;

    /// <summary>The most that an entry of the chunk can weigh.</summary>
    public float WeightOf(ChunkMemory chunk) => Age.Matters ? AgeWeight.OfCodes(Metric, Age.Of(chunk.NewestEventMs)) : 1;
}
