using System.Collections.Immutable;
using Streaming.Memory.Rules;
using Streaming.Memory.Storage;

namespace Streaming.Memory;

/// <summary>
/// A versioned set of entries (id, optional vector, attributes, event time, life) that one writer changes and any number of readers
/// search. Writes collect in a batch that <see cref="Publish"/> makes visible as one version; a reader sees whole batches only and
/// never waits, nor makes the writer wait.
/// </summary>
/// <remarks>
/// How a batch becomes visible:
/// <list type="number">
/// <item>The writer appends rows that begin at version p + 1, and ends replaced rows at p + 1, where p is the published version.
/// Readers hold a view of version ≤ p, which hides the former and still shows the latter.</item>
/// <item>Publish builds the view of p + 1 and stores its reference with release semantics, after everything above.</item>
/// <item>A reader loads the reference with acquire semantics, so whoever sees p + 1 sees all that was written before it.</item>
/// </list>
/// The write methods and Publish belong to one writer at a time; it may be another thread from one call to the next when the hand-over
/// itself synchronises.
/// </remarks>
public sealed class VectorNamespace
{
    private readonly TimeProvider _time;
    private readonly ChunkList _chunks;
    private readonly TombstoneSet _tombstones;
    private readonly OldestFirst _byEventTime;
    private readonly OldestFirst _byValidUntil;
    private readonly ImmutableDictionary<string, MemoryEntry>.Builder _index = MemoryView.Empty.Index.ToBuilder();
    private readonly WriterGuard _writer = new();
    private MemoryView _view = MemoryView.Empty;
    private long _entryBytes;
    private bool _dirty;

    /// <summary>An empty namespace at version 0.</summary>
    /// <exception cref="ArgumentException">The options break rules, all of which the message names: correct the configuration.</exception>
    public VectorNamespace(NamespaceOptions options, TimeProvider time)
    {
        var violations = NamespaceOptionsValidator.Validate(options);
        if (violations.Count > 0)
            throw new ArgumentException(string.Join("; ", violations), nameof(options));
        Options = options;
        _time = time;
        _chunks = new ChunkList(options.ChunkRows, options.Dimension);
        _tombstones = new TombstoneSet(options.MaxTombstones);
        _byEventTime = new((id, timeMs) => _index.TryGetValue(id, out MemoryEntry? entry) && entry.EventTimeMs == timeMs);
        _byValidUntil = new((id, timeMs) => _index.TryGetValue(id, out MemoryEntry? entry) && entry.ValidUntilMs == timeMs);
    }

    /// <summary>What the namespace was made with.</summary>
    public NamespaceOptions Options { get; }

    /// <summary>The newest published version; it rises by one with every publish of a batch that changed anything.</summary>
    public long Version => View.Version;

    /// <summary>Entries of the newest version, expired ones that were not reclaimed yet included.</summary>
    public int LiveEntries => View.Index.Count;

    /// <summary>Rows held for the newest version: its vectors, and ended rows that were not reclaimed yet.</summary>
    public int StoredRows => View.Sizes.StoredRows;

    /// <summary>Removals that are remembered against older upserts, as of the newest version.</summary>
    public int Tombstones => View.Sizes.Tombstones;

    /// <summary>Estimated bytes of the newest version: chunks exactly, entries by their strings and a fixed overhead.</summary>
    public long SizeBytes => View.Sizes.SizeBytes;

    /// <summary>The newest published version.</summary>
    internal MemoryView View => Volatile.Read(ref _view);

    private long PendingVersion => _view.Version + 1;

    /// <summary>Pins the newest published version at the current clock reading. Safe on any thread.</summary>
    public MemorySnapshot Snapshot() => new(View, Options, NowMs());

    /// <summary>Adds the entry of <paramref name="id"/> or replaces it, unless a newer write of the id is known. Visible after <see cref="Publish"/>.</summary>
    /// <param name="id">Not empty.</param>
    /// <param name="vector">Copied. Valid by <see cref="VectorRules.Check"/>, or empty for a fact that only <see cref="MemorySnapshot.TryGet"/> finds.</param>
    /// <param name="attributes">Copied; null = none.</param>
    /// <param name="stamp">Orders the writes of one id.</param>
    /// <param name="validUntilMs">Unix milliseconds, UTC; 0 = for ever; null = event time + the namespace's time to live.</param>
    /// <exception cref="ArgumentException">The vector breaks a rule and nothing changed: check records first and send bad ones to the dead letters.</exception>
    public UpsertOutcome Upsert(
        string id, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long? validUntilMs = null)
    {
        using var writing = _writer.Enter();
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (!vector.IsEmpty && VectorRules.Check(vector, Options) is { } violation)
            throw new ArgumentException(violation.ToString(), nameof(vector));

        int order = CompareWithLastWrite(id, stamp);
        if (order <= 0)
            return order == 0 ? UpsertOutcome.Duplicate : UpsertOutcome.Stale;

        MemoryEntry entry = new(id, attributes, stamp, validUntilMs ?? DefaultValidUntilMs(stamp.EventTimeMs));
        long nowMs = NowMs();
        if (entry.IsExpired(nowMs))
        {
            Remove(id, stamp);
            return UpsertOutcome.Expired;
        }
        if (Put(entry, vector))
            return UpsertOutcome.Replaced;
        EnforceMaxEntries(nowMs);
        return _index.ContainsKey(id) ? UpsertOutcome.Inserted : UpsertOutcome.Evicted;
    }

    /// <summary>Removes the entry of <paramref name="id"/>, unless a newer write of the id is known, and remembers the removal.</summary>
    public DeleteOutcome Delete(string id, WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        ArgumentException.ThrowIfNullOrEmpty(id);
        int order = CompareWithLastWrite(id, stamp);
        if (order <= 0)
            return order == 0 ? DeleteOutcome.Duplicate : DeleteOutcome.Stale;
        return Remove(id, stamp) ? DeleteOutcome.Deleted : DeleteOutcome.Recorded;
    }

    /// <summary>
    /// Forgets everything a revoked partition wrote, its removals too, so that its next owner can replay it from the start. An id that
    /// another source wrote last is left alone.
    /// </summary>
    /// <returns>Entries removed.</returns>
    public int RemoveSource(string source)
    {
        using var writing = _writer.Enter();
        var owned = _index.Values.Where(entry => entry.Stamp.Source == source).ToList();
        foreach (MemoryEntry entry in owned)
            End(entry);
        _dirty |= _tombstones.RemoveSource(source) > 0;
        return owned.Count;
    }

    /// <summary>Takes the expired entries out, so that publishing reclaims their space. Their last writes stay remembered.</summary>
    /// <param name="now">At most the present: an entry is taken out even though a snapshot's own clock reading would still show it.</param>
    /// <returns>Entries removed.</returns>
    public int Expire(DateTimeOffset now)
    {
        using var writing = _writer.Enter();
        return RemoveExpired(now.ToUnixTimeMilliseconds());
    }

    /// <summary>Ends the batch: all writes since the last publish become visible at once to snapshots taken from now on.</summary>
    /// <returns>The newest version; unchanged when the batch changed nothing.</returns>
    public long Publish()
    {
        using var writing = _writer.Enter();
        if (!_dirty)
            return _view.Version;
        Chunk[] chunks = _chunks.Publish();
        MemorySizes sizes = new(_chunks.StoredRows, _tombstones.Count, _chunks.SizeBytes + _entryBytes);
        Volatile.Write(ref _view, new MemoryView(PendingVersion, chunks, _index.ToImmutable(), sizes));
        _dirty = false;
        return _view.Version;
    }

    /// <summary>Above 0 when <paramref name="stamp"/> wins over everything known of the id, 0 when it is known already.</summary>
    private int CompareWithLastWrite(string id, WriteStamp stamp)
    {
        if (_index.TryGetValue(id, out MemoryEntry? entry))
            return stamp.CompareTo(entry.Stamp);
        return _tombstones.Find(id) is { } removal ? stamp.CompareTo(removal) : 1;
    }

    private bool Put(MemoryEntry entry, ReadOnlySpan<float> vector)
    {
        bool replaces = _index.TryGetValue(entry.Id, out MemoryEntry? old);
        if (replaces)
            End(old!);
        _tombstones.Remove(entry.Id);
        _index[entry.Id] = entry;
        _entryBytes += entry.SizeBytes;
        _byEventTime.Add(entry.Id, entry.EventTimeMs, _index.Count);
        if (entry.ValidUntilMs != 0)
            _byValidUntil.Add(entry.Id, entry.ValidUntilMs, _index.Count);
        if (!vector.IsEmpty)
            _chunks.Append(entry, vector, PendingVersion);
        _dirty = true;
        return replaces;
    }

    private void EnforceMaxEntries(long nowMs)
    {
        if (_index.Count > Options.MaxEntries)
            RemoveExpired(nowMs);
        while (_index.Count > Options.MaxEntries && _byEventTime.Peek() is { } oldest)
            Remove(oldest, _index[oldest].Stamp);
    }

    private int RemoveExpired(long nowMs)
    {
        int removed = 0;
        for (; _byValidUntil.Peek() is { } next && _index[next].IsExpired(nowMs); removed++)
            Remove(next, _index[next].Stamp);
        return removed;
    }

    /// <summary>Ends the id's entry, if there is one, and keeps <paramref name="stamp"/> so that what it beat stays beaten.</summary>
    private bool Remove(string id, WriteStamp stamp)
    {
        bool existed = _index.TryGetValue(id, out MemoryEntry? entry);
        if (existed)
            End(entry!);
        _tombstones.Set(id, stamp);
        _dirty = true;
        return existed;
    }

    private void End(MemoryEntry entry)
    {
        _index.Remove(entry.Id);
        _entryBytes -= entry.SizeBytes;
        if (entry.Location is { } location)
            _chunks.End(location, PendingVersion);
        _dirty = true;
    }

    private long DefaultValidUntilMs(long eventTimeMs) =>
        Options.TimeToLive is { } life ? eventTimeMs + (long)life.TotalMilliseconds : 0;

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
