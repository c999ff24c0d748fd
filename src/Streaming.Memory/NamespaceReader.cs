using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory;

/// <summary>The readers' side of a namespace: any number of threads, none of which waits for the writer.</summary>
internal sealed class NamespaceReader(NamespaceParts parts)
{
    private readonly RowStore _rows = parts.Rows;
    private readonly VersionLog _versions = parts.Versions;

    public NamespaceOptions Options { get; } = parts.Options;

    /// <summary>When a search that begins now stops looking for more.</summary>
    public SearchDeadline DeadlineOf(SearchOptions? search) => new(parts.Time, search?.Budget);

    /// <summary>Searches the newest version.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    /// <param name="query">The vector.</param>
    /// <param name="k">Neighbours wanted.</param>
    /// <param name="search">What narrows the search; null = nothing.</param>
    public SearchResult Search(long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search)
    {
        MemoryVersion version = _versions.Enter(out int slot);
        return Search(version, slot, nowMs, query, k, search);
    }

    /// <summary>Searches a version that the caller has pinned.</summary>
    public SearchResult Search(MemoryVersion pinned, long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search) =>
        Search(pinned, _versions.Enter(pinned), nowMs, query, k, search);

    /// <summary>The entry of an id in a version that the caller has pinned; null when there is none, or it is expired or not valid yet.</summary>
    public MemoryEntry? Find(MemoryVersion pinned, long nowMs, string id)
    {
        int slot = _versions.Enter(pinned);
        try
        {
            int row = parts.Index.Find(id);
            while (row >= 0 && _rows[row].Begin > pinned.Number)
                row = _rows[row].Previous;
            if (row < 0 || _rows[row] is var record && !(record.IsVisible(pinned.Number) && _rows.Attributes.IsValid(record, nowMs)))
                return null;
            _rows.MarkUsed(row, nowMs);
            return Entry(_rows[row]);
        }
        finally
        {
            _versions.Leave(slot);
        }
    }

    /// <summary>Entries with these attributes in a version that the caller has pinned.</summary>
    public int Count(MemoryVersion pinned, long nowMs, IReadOnlyDictionary<string, string> where)
    {
        RowFilter filter = RowFilter.Of(where) ?? throw new ArgumentException("where: at least one attribute", nameof(where));
        int slot = _versions.Enter(pinned);
        try
        {
            HashSet<int> counted = []; // A row that was used again may be listed twice.
            foreach (var (_, row) in _rows.ByAttribute.Find(filter.Rarest(_rows.ByAttribute).Token))
            {
                if (_rows.TryGet(row, out Row record) && record.IsVisible(pinned.Number) && _rows.Attributes.IsValid(record, nowMs) && filter.Matches(_rows.Attributes[record.Attributes]))
                    counted.Add(row);
            }
            return counted.Count;
        }
        finally
        {
            _versions.Leave(slot);
        }
    }

    private SearchResult Search(MemoryVersion version, int slot, long nowMs, ReadOnlySpan<float> query, int k, SearchOptions? search)
    {
        try
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
            if (VectorRules.Check(query, Options, "query") is { } violation)
                throw new ArgumentException(violation.ToString(), nameof(query));
            if (search?.HalfLife is { } halfLife && halfLife <= TimeSpan.Zero)
                throw new ArgumentException($"half_life = {halfLife}: above 0", nameof(search));
            if (search?.Budget is { } budget && budget <= TimeSpan.Zero)
                throw new ArgumentException($"budget = {budget}: above 0", nameof(search));
            if (search?.MaxLists is { } most and < 1)
                throw new ArgumentException($"max_lists = {most}: 1 or more", nameof(search));
            var effort = SearchEffort.Of(search, k, Options.SearchLists, Options.SearchCandidates);
            var question = Question.Of(Options.Metric, version.Number, version.Number < _versions.Newest.Number, nowMs, search);
            return new SearchRun(_rows, parts.Lists, question, effort, DeadlineOf(search)).Run(query, k);
        }
        finally
        {
            _versions.Leave(slot);
        }
    }

    private MemoryEntry Entry(Row row)
    {
        var vector = new float[row.Place >= 0 ? Options.Dimension : 0];
        if (vector.Length > 0)
            _rows.Vectors.Read(row, vector);
        return new MemoryEntry(_rows.Id(row), _rows.Attributes.Values(row.Attributes), parts.Sources.Stamp(row), _rows.Attributes.ValidFromMs(row), row.ValidUntilMs, vector);
    }
}
