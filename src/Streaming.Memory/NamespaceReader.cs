using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory;

/// <summary>The readers' side of a namespace: any number of threads, none of which waits for the writer.</summary>
internal sealed class NamespaceReader(NamespaceOptions options, RowStore rows, IdIndex index, ListStore lists, VersionLog versions, SourceNames sources, TimeProvider time)
{
    public NamespaceOptions Options => options;

    /// <summary>When a search that begins now stops looking for more.</summary>
    public SearchDeadline DeadlineOf(SearchOptions? search) => new(time, search?.Budget);

    /// <summary>Searches the newest version.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    /// <param name="query">The vector.</param>
    /// <param name="k">Neighbours wanted.</param>
    /// <param name="search">What narrows the search; null = nothing.</param>
    public SearchResult Search(long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search)
    {
        MemoryVersion version = versions.Enter(out int slot);
        return Search(version, slot, nowMs, query, k, search);
    }

    /// <summary>Searches a version that the caller has pinned.</summary>
    public SearchResult Search(MemoryVersion pinned, long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search) =>
        Search(pinned, versions.Enter(pinned), nowMs, query, k, search);

    /// <summary>The entry of an id in a version that the caller has pinned; null when there is none, or it is expired or not valid yet.</summary>
    public MemoryEntry? Find(MemoryVersion pinned, long nowMs, string id)
    {
        int slot = versions.Enter(pinned);
        try
        {
            int row = index.Find(id);
            while (row >= 0 && rows[row].Begin > pinned.Number)
                row = rows[row].Previous;
            if (row < 0 || rows[row] is var record && !(record.IsVisible(pinned.Number) && rows.Attributes.IsValid(record, nowMs)))
                return null;
            rows.MarkUsed(row, nowMs);
            return Entry(rows[row]);
        }
        finally
        {
            versions.Leave(slot);
        }
    }

    /// <summary>The earliest event time of an entry, those of a batch that is not published yet included; null when there is none.</summary>
    public long? OldestEventMs()
    {
        versions.Enter(out int slot);
        try
        {
            return rows.OldestEventMs();
        }
        finally
        {
            versions.Leave(slot);
        }
    }

    /// <summary>Entries with these attributes in a version that the caller has pinned.</summary>
    public int Count(MemoryVersion pinned, long nowMs, IReadOnlyDictionary<string, string> where)
    {
        RowFilter filter = RowFilter.Of(where) ?? throw new ArgumentException("where: at least one attribute", nameof(where));
        int slot = versions.Enter(pinned);
        try
        {
            HashSet<int> counted = []; // A row that was used again may be listed twice.
            foreach (var (_, row) in rows.ByAttribute.Find(filter.Rarest(rows.ByAttribute).Token))
            {
                if (rows.TryGet(row, out Row record) && record.IsVisible(pinned.Number) && rows.Attributes.IsValid(record, nowMs) && filter.Matches(rows.Attributes[record.Attributes]))
                    counted.Add(row);
            }
            return counted.Count;
        }
        finally
        {
            versions.Leave(slot);
        }
    }

    private SearchResult Search(MemoryVersion version, int slot, long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search)
    {
        try
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
            if (VectorRules.Check(query, options, "query") is { } violation)
                throw new ArgumentException(violation.ToString(), nameof(query));
            if (search?.HalfLife is { } halfLife && halfLife <= TimeSpan.Zero)
                throw new ArgumentException($"half_life = {halfLife}: above 0", nameof(search));
            if (search?.Budget is { } budget && budget <= TimeSpan.Zero)
                throw new ArgumentException($"budget = {budget}: above 0", nameof(search));
            if (search?.MaxLists is { } most and < 1)
                throw new ArgumentException($"max_lists = {most}: 1 or more", nameof(search));
            var effort = SearchEffort.Of(search, k, options.SearchLists, options.SearchCandidates);
            var question = Question.Of(options.Metric, version.Number, version.Number < versions.Newest.Number, nowMs, search);
            return new SearchRun(rows, lists, question, effort, DeadlineOf(search)).Run(query, k);
        }
        finally
        {
            versions.Leave(slot);
        }
    }

    private MemoryEntry Entry(Row row)
    {
        var vector = new float[row.Place >= 0 ? options.Dimension : 0];
        if (vector.Length > 0)
            rows.Vectors.Read(row, vector);
        return new MemoryEntry(rows.Id(row), rows.Attributes.Values(row.Attributes), sources.Stamp(row), rows.Attributes.ValidFromMs(row), row.ValidUntilMs, vector);
    }
}
