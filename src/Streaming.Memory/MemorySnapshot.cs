using System.Diagnostics.CodeAnalysis;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Versions;

namespace Streaming.Memory;

/// <summary>
/// One version of a namespace at one clock reading: whatever is asked of it, whenever, by any thread, gets the same answer. Holding it keeps
/// the rows of its version, and of later ones, from being reclaimed; dispose it when it has answered.
/// </summary>
public sealed class MemorySnapshot : IDisposable
{
    private readonly NamespaceReader _reader;
    private readonly MemoryVersion _version;
    private readonly long _nowMs;
    private int _disposed;

    /// <param name="reader">Of the namespace.</param>
    /// <param name="pinned">Pinned by the caller; unpinned by this object.</param>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    internal MemorySnapshot(NamespaceReader reader, MemoryVersion pinned, long nowMs)
    {
        _reader = reader;
        _version = pinned;
        _nowMs = nowMs;
    }

    /// <summary>A snapshot that was forgotten lets its version go at the latest when it is collected.</summary>
    ~MemorySnapshot() => Release();

    /// <summary>The number of the published batch that this snapshot ends with; 0 = nothing was published yet.</summary>
    public long Version => _version.Number;

    /// <summary>The clock reading that decides which entries are expired.</summary>
    public DateTimeOffset TakenAt => DateTimeOffset.FromUnixTimeMilliseconds(_nowMs);

    /// <summary>When this version became the newest, to the millisecond.</summary>
    public DateTimeOffset PublishedAt => DateTimeOffset.FromUnixTimeMilliseconds(_version.PublishedAtMs);

    /// <summary>Entries in this version, with and without a vector, expired ones that were not taken out yet included.</summary>
    public int Count => _version.Sizes.LiveEntries;

    /// <summary>The nearest entries by the namespace's metric; facts without a vector are never among them.</summary>
    /// <param name="query">The namespace's dimension, and valid by <see cref="VectorRules.Check"/>.</param>
    /// <param name="k">Neighbours wanted, 1 or more.</param>
    /// <param name="options">What narrows the search and how much work it does; null = nothing, and the namespace's own effort.</param>
    /// <exception cref="ArgumentException">The query or an option breaks a rule: check a caller's vector first, and answer it with the violation.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed: take another.</exception>
    public SearchResult Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        SearchResult found = _reader.Search(_version, _nowMs, query, k, options);
        GC.KeepAlive(this); // Collected while it searches, it would let its version go.
        return found;
    }

    /// <summary>The nearest entries to several vectors, such as the interests of one user.</summary>
    /// <param name="queries">Vectors one after another, each as for <see cref="Search"/>; at least one.</param>
    /// <param name="k">Neighbours wanted, of each vector or in all, as <paramref name="combination"/> says.</param>
    /// <param name="combination">What becomes of the answers.</param>
    /// <param name="options">As for <see cref="Search"/>, for each vector.</param>
    /// <exception cref="ArgumentException">A query or an option breaks a rule: check a caller's vectors first, and answer them with the violation.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed: take another.</exception>
    public SearchResult SearchMany(ReadOnlySpan<float> queries, int k, Combination combination, SearchOptions? options = null) =>
        SearchResult.Combine(SearchEach(queries, k, options), combination == Combination.Maximum ? k : int.MaxValue);

    /// <summary>The nearest entries to each of several vectors, one answer a vector. A time budget is that of all of them together.</summary>
    /// <inheritdoc cref="SearchMany"/>
    public IReadOnlyList<SearchResult> SearchEach(ReadOnlySpan<float> queries, int k, SearchOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        int dimension = _reader.Options.Dimension;
        if (queries.IsEmpty || queries.Length % dimension != 0)
            throw new ArgumentException($"queries.length = {queries.Length}: a multiple of the namespace's dimension, {dimension}", nameof(queries));
        var answers = new SearchResult[queries.Length / dimension];
        SearchDeadline deadline = _reader.DeadlineOf(options);
        for (int i = 0; i < answers.Length; i++)
        {
            SearchOptions? share = deadline.Left is { } left ? options! with { Budget = Most(left / (answers.Length - i)) } : options;
            answers[i] = Search(queries.Slice(i * dimension, dimension), k, share);
        }
        return answers;
    }

    /// <summary>The entry of <paramref name="id"/>, with or without a vector, unless it is expired or not valid yet.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed: take another.</exception>
    public bool TryGet(string id, [NotNullWhen(true)] out MemoryEntry? entry)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        entry = _reader.Find(_version, _nowMs, id);
        GC.KeepAlive(this);
        return entry is not null;
    }

    /// <summary>How many entries have all of these attributes: what <see cref="VectorNamespace.DeleteWhere"/> would remove now.</summary>
    /// <param name="where">One or more attributes, as in <see cref="SearchOptions.Where"/>.</param>
    /// <exception cref="ArgumentException">The filter is empty.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed: take another.</exception>
    public int CountWhere(IReadOnlyDictionary<string, string> where)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        int count = _reader.Count(_version, _nowMs, where);
        GC.KeepAlive(this);
        return count;
    }

    /// <summary>Lets the version go.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same version at the same clock reading, held for itself.</summary>
    internal MemorySnapshot Again()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !_version.TryPin(), this);
        return new MemorySnapshot(_reader, _version, _nowMs);
    }

    // Where nothing is left, each vector still gets its first list.
    private static TimeSpan Most(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);

    private void Release()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _version.Unpin();
    }
}
