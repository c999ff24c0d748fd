using System.Diagnostics.CodeAnalysis;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Storage;

namespace Streaming.Memory;

/// <summary>
/// One version of a namespace at one clock reading: whatever is asked of it, whenever, by any thread, gets the same answer. Holding it
/// keeps its version's rows in memory, and nothing else; there is nothing to release.
/// </summary>
public sealed class MemorySnapshot
{
    private readonly MemoryView _view;
    private readonly NamespaceOptions _options;
    private readonly long _nowMs;

    internal MemorySnapshot(MemoryView view, NamespaceOptions options, long nowMs)
    {
        _view = view;
        _options = options;
        _nowMs = nowMs;
    }

    /// <summary>The number of the published batch that this snapshot ends with; 0 = nothing was published yet.</summary>
    public long Version => _view.Version;

    /// <summary>The clock reading that decides which entries are expired.</summary>
    public DateTimeOffset TakenAt => DateTimeOffset.FromUnixTimeMilliseconds(_nowMs);

    /// <summary>Entries in this version, with and without a vector, expired ones that were not reclaimed yet included.</summary>
    public int Count => _view.Index.Count;

    /// <summary>The exact nearest entries by the namespace's metric; facts without a vector are never among them.</summary>
    /// <param name="query">The namespace's dimension, and valid by <see cref="VectorRules.Check"/>.</param>
    /// <param name="k">Neighbours wanted, 1 or more.</param>
    /// <param name="options">What narrows the search; null = nothing.</param>
    /// <exception cref="ArgumentException">The query breaks a rule: check a caller's vector first, and answer it with the violation.</exception>
    public SearchResult Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (VectorRules.Check(query, _options, "query") is { } violation)
            throw new ArgumentException(violation.ToString(), nameof(query));

        ExactScan scan = new(_view, _options.Metric, _nowMs, options?.Where is { Count: > 0 } where ? where : null);
        return new SearchResult(Version, scan.Run(query, k));
    }

    /// <summary>The entry of <paramref name="id"/>, with or without a vector, unless it is expired.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out MemoryEntry? entry)
    {
        if (_view.Index.TryGetValue(id, out entry) && !entry.IsExpired(_nowMs))
            return true;
        entry = null;
        return false;
    }
}
