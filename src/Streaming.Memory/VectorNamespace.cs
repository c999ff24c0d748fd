using System.Buffers;
using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Recall;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Snapshots;
using Streaming.Memory.Training;
using Streaming.Memory.Upkeep;
using Streaming.Memory.Versions;

namespace Streaming.Memory;

/// <summary>
/// A versioned set of entries (id, optional vector, attributes, event time, life) that one writer changes and any number of readers
/// search. Writes collect in a batch that <see cref="Publish"/> makes visible as one version; a reader sees whole batches only and
/// never waits, nor makes the writer wait.
/// </summary>
/// <remarks>
/// How a batch becomes visible:
/// <list type="number">
/// <item>The writer adds rows that begin at version p + 1, and ends replaced rows at p + 1, where p is the published version.
/// Readers of versions ≤ p meet both, and the begin hides the former and the end does not yet hide the latter.</item>
/// <item>Publish stores the reference of p + 1 with release semantics, after everything above.</item>
/// <item>A reader loads the reference with acquire semantics, so whoever sees p + 1 sees all that was written before it.</item>
/// </list>
/// Publishing also does a bounded amount of upkeep: it reclaims ended rows and moves entries to newly trained lists.
/// The write methods and Publish belong to one writer at a time; it may be another thread from one call to the next when the hand-over
/// itself synchronises. The structure is drawn in docs/memory.md.
/// </remarks>
public sealed class VectorNamespace
{
    private const int LeastUpkeep = 2_048;
    private const int MovesPerWrite = 2; // One would keep pace with lists that double.
    private const int ReclaimedPerWrite = 4; // A chunk is emptied when a quarter has ended.

    private readonly TimeProvider _time;
    private readonly RowStore _rows;
    private readonly IdIndex _index;
    private readonly ListStore _lists;
    private readonly VersionLog _versions;
    private readonly SourceNames _sources = new();
    private readonly TombstoneSet _tombstones;
    private readonly FilterDeletes _filterDeletes;
    private readonly RowQueue _byEviction;
    private readonly RowQueue _byValidUntil;
    private readonly NamespaceReader _reader;
    private readonly Reclaimer _reclaimer;
    private readonly Learner _learner;
    private readonly WriterGuard _writer = new();
    private long _sizeBytes;
    private int _live;
    private int _writes;
    private bool _dirty;

    /// <summary>An empty namespace at version 0, whose lists are trained on the thread pool.</summary>
    /// <exception cref="ArgumentException">The options break rules, all of which the message names: correct the configuration.</exception>
    public VectorNamespace(NamespaceOptions options, TimeProvider time)
        : this(options, time, Task.Run)
    {
    }

    /// <param name="background">Runs a training.</param>
    internal VectorNamespace(NamespaceOptions options, TimeProvider time, Func<Func<Trained>, Task<Trained>> background)
    {
        var violations = NamespaceOptionsValidator.Validate(options);
        if (violations.Count > 0)
            throw new ArgumentException(string.Join("; ", violations), nameof(options));
        Options = options;
        _time = time;
        _rows = new RowStore(options.Format, options.Dimension, options.PageRows, options.Eviction == EvictionOrder.LeastRecentlyUsed);
        _index = new IdIndex(_rows);
        _lists = new ListStore(_rows, options.ChunkEntries);
        _versions = new VersionLog(options.Retention, NowMs());
        _tombstones = new TombstoneSet(options.MaxTombstones);
        _filterDeletes = new FilterDeletes(options.MaxFilterDeletes);
        _byEviction = new RowQueue(_rows, _rows.TracksUse ? (number, row) => Math.Max(row.EventTimeMs, _rows.UsedMs(number)) : (_, row) => row.EventTimeMs);
        _byValidUntil = new RowQueue(_rows, (_, row) => row.ValidUntilMs == 0 ? long.MaxValue : row.ValidUntilMs);
        _reader = new NamespaceReader(options, _rows, _index, _lists, _versions, _sources, time);
        _reclaimer = new Reclaimer(_rows, _index, _lists, _versions);
        Recall = new RecallEstimator(new(), time, search => Task.Run(search));
        _learner = new Learner(options, _rows, _lists, _versions, _reclaimer, background);
    }

    /// <summary>A namespace with all that a snapshot holds. It is published, and seen, by the first <see cref="Publish"/>.</summary>
    /// <param name="options">As those of the namespace that it was captured from, where they decide what is held.</param>
    /// <param name="time">The clock.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    /// <exception cref="SnapshotException">The file is damaged, of another format version or of another namespace: take an older one, or begin without.</exception>
    public static RestoredNamespace Restore(NamespaceOptions options, TimeProvider time, string path) => Restore(options, time, path, Task.Run);

    /// <param name="options">As those of the namespace that it was captured from, where they decide what is held.</param>
    /// <param name="time">The clock.</param>
    /// <param name="path">The file.</param>
    /// <param name="background">Runs a training.</param>
    internal static RestoredNamespace Restore(NamespaceOptions options, TimeProvider time, string path, Func<Func<Trained>, Task<Trained>> background)
    {
        VectorNamespace space = new(options, time, background);
        NamespaceFiller filler = new(path, space._rows, space._index, space._lists, space._sources, space._tombstones, space._filterDeletes, space._learner);
        SnapshotHeader header = new SnapshotLoader(path, options, space._rows.Vectors.Bytes, filler).Load();
        space._live = filler.Entries;
        space._dirty = true;
        return new RestoredNamespace(space, header);
    }

    /// <summary>What the namespace was made with.</summary>
    public NamespaceOptions Options { get; }

    /// <summary>
    /// Hears of every entry that leaves, but not of those that are replaced or whose source is forgotten. Called within the write, on its thread; must not
    /// write itself. Set before the first write; null = nobody.
    /// </summary>
    public Action<Departure>? Departed { private get; set; }

    /// <summary>The newest published version; it rises by one with every publish of a batch that changed anything.</summary>
    public long Version => _versions.Newest.Number;

    /// <summary>The oldest version that can still be asked for.</summary>
    public long OldestVersion => _versions.Oldest().Number;

    /// <summary>When the oldest version that can still be asked for became the newest, to the millisecond.</summary>
    public DateTimeOffset OldestPublishedAt => DateTimeOffset.FromUnixTimeMilliseconds(_versions.Oldest().PublishedAtMs);

    /// <summary>Entries of the newest version, expired ones that were not taken out yet included.</summary>
    public int LiveEntries => _versions.Newest.Sizes.LiveEntries;

    /// <summary>Rows held: live ones, and ended ones that were not reclaimed yet.</summary>
    public int StoredRows => _rows.Count;

    /// <summary>Removals that are remembered against older upserts, as of the newest version.</summary>
    public int Tombstones => _versions.Newest.Sizes.Tombstones;

    /// <summary>Bytes held after the last publish: native memory and the index exactly, attributes and long ids by estimate.</summary>
    public long SizeBytes => Interlocked.Read(ref _sizeBytes);

    /// <summary>Posting lists in use; 1 while every search is exact.</summary>
    public int Lists => _lists.Partitions[^1].Lists.Count;

    /// <summary>True while entries move to newly trained lists.</summary>
    public bool IsMoving => _lists.Partitions.Length > 1;

    /// <summary>
    /// How far the vectors written of late lie from their lists' centroids, relative to those that the lists were trained on: 1 = as trained;
    /// the lists are trained anew above 1.1.
    /// </summary>
    public double Drift => _learner.Drift;

    /// <summary>The earliest event time of an entry, unix ms; null when there is none. Looks at every row: for metrics. Safe on any thread.</summary>
    public long? OldestEventMs() => _reader.OldestEventMs();

    /// <summary>Estimates the recall of the searches that are offered to it.</summary>
    public RecallEstimator Recall { get; }

    internal RowStore Rows => _rows;

    internal ListStore ListStore => _lists;

    internal VersionLog Versions => _versions;

    internal NamespaceReader Reader => _reader;

    private long PendingVersion => _versions.Newest.Number + 1;

    /// <summary>Pins the newest published version at the current clock reading. Safe on any thread; the caller disposes it.</summary>
    public MemorySnapshot Snapshot() => new(_reader, _versions.PinNewest(), NowMs());

    /// <summary>Pins an older version, at the current clock reading. Safe on any thread; the caller disposes it.</summary>
    /// <returns>Null when the version is not kept any more, or does not exist yet.</returns>
    public MemorySnapshot? AsOf(long version) =>
        _versions.PinLast(v => v.Number == version) is { } pinned ? new(_reader, pinned, NowMs()) : null;

    /// <summary>Pins the version that was the newest at a moment, at that clock reading: what was true then. The caller disposes it.</summary>
    /// <returns>Null when it is not kept any more.</returns>
    public MemorySnapshot? AsOf(DateTimeOffset moment) =>
        _versions.PinLast(v => v.PublishedAtMs <= moment.ToUnixTimeMilliseconds()) is { } pinned ? new(_reader, pinned, moment.ToUnixTimeMilliseconds()) : null;

    /// <summary>Searches the newest version, without a snapshot to dispose. Safe on any thread.</summary>
    /// <inheritdoc cref="MemorySnapshot.Search"/>
    public SearchResult Search(ReadOnlySpan<float> query, int k, SearchOptions? options = null) => _reader.Search(NowMs(), query, k, options);

    /// <summary>Adds the entry of <paramref name="id"/> or replaces it, unless a newer write of the id is known. Visible after <see cref="Publish"/>.</summary>
    /// <param name="id">Not empty.</param>
    /// <param name="vector">Copied. Valid by <see cref="VectorRules.Check"/>, or empty for a fact that only <see cref="MemorySnapshot.TryGet"/> finds.</param>
    /// <param name="attributes">Copied; null = none.</param>
    /// <param name="stamp">Orders the writes of one id.</param>
    /// <param name="validUntilMs">Unix milliseconds, UTC; 0 = for ever; null = event time + the namespace's time to live.</param>
    /// <param name="validFromMs">First instant at which the entry is found: unix milliseconds, UTC; 0 = always. Until then it is held, and hides older writes of its id.</param>
    /// <exception cref="ArgumentException">The vector, a time or the offset breaks a rule and nothing changed: check records first and send bad ones to the dead letters.</exception>
    public UpsertOutcome Upsert(
        string id, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long? validUntilMs = null, long validFromMs = 0)
    {
        using var writing = _writer.Enter();
        ArgumentException.ThrowIfNullOrEmpty(id);
        IdKey key = IdKey.Of(id, IdKey.MaxBytes(id) <= IdKey.StackBytes ? stackalloc byte[IdKey.StackBytes] : new byte[IdKey.MaxBytes(id)]);
        _index.Prefetch(key);
        if (!vector.IsEmpty && VectorRules.Check(vector, Options) is { } violation)
            throw new ArgumentException(violation.ToString(), nameof(vector));
        // What ends later than a row can say never ends.
        long validUntil = Math.Min(validUntilMs ?? DefaultValidUntilMs(stamp.EventTimeMs), Row.Max48);
        CheckRange(stamp, validUntil);
        CheckInstant("valid_from", validFromMs);

        int newest = _index.Find(key);
        int order = CompareWithLastWrite(id, newest, stamp);
        if (order <= 0)
            return order == 0 ? UpsertOutcome.Duplicate : UpsertOutcome.Stale;

        if (_filterDeletes.Drops(stamp))
        {
            Tell(id, DepartureReason.Deleted, stamp, validUntil);
            return UpsertOutcome.Deleted;
        }
        long nowMs = NowMs();
        if (validUntil != 0 && validUntil <= nowMs)
        {
            Remove(id, newest, stamp);
            Tell(id, DepartureReason.Expired, stamp, validUntil);
            return UpsertOutcome.Expired;
        }
        if (_filterDeletes.Covers(attributes, stamp))
        {
            Remove(id, newest, stamp);
            Tell(id, DepartureReason.Deleted, stamp, validUntil);
            return UpsertOutcome.Deleted;
        }
        bool replaces = IsLive(newest);
        int row = Put(key, newest, vector, attributes, stamp, validFromMs, validUntil);
        if (replaces)
            return UpsertOutcome.Replaced;
        EnforceMaxEntries(nowMs);
        return _rows[row].IsLive ? UpsertOutcome.Inserted : UpsertOutcome.Evicted;
    }

    /// <summary>Removes the entry of <paramref name="id"/>, unless a newer write of the id is known, and remembers the removal.</summary>
    public DeleteOutcome Delete(string id, WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        ArgumentException.ThrowIfNullOrEmpty(id);
        int newest = _index.Find(id);
        int order = CompareWithLastWrite(id, newest, stamp);
        if (order <= 0)
            return order == 0 ? DeleteOutcome.Duplicate : DeleteOutcome.Stale;
        if (_filterDeletes.Drops(stamp))
            return DeleteOutcome.Stale;
        if (IsLive(newest))
            Tell(id, DepartureReason.Deleted, Stamp(_rows[newest]), _rows[newest].ValidUntilMs);
        return Remove(id, newest, stamp) ? DeleteOutcome.Deleted : DeleteOutcome.Recorded;
    }

    /// <summary>
    /// Removes every entry that has all of these attributes and was written before <paramref name="stamp"/>, all in one version. The delete is
    /// remembered: an upsert that it would have deleted does not come back when it arrives later, so that deletes and upserts may come in any order.
    /// </summary>
    /// <remarks>An id's newest write decides: where that satisfies the filter the id is absent, and where an older one does, it does not matter.</remarks>
    /// <param name="where">One or more attributes, as in <see cref="SearchOptions.Where"/>.</param>
    /// <param name="stamp">Orders the delete among the writes of every id.</param>
    /// <returns>Entries removed; the time grows with them, about as much as for single deletes.</returns>
    /// <exception cref="ArgumentException">The filter is empty, or a time or the offset breaks a rule; nothing changed.</exception>
    public int DeleteWhere(IReadOnlyDictionary<string, string> where, WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        RowFilter filter = RowFilter.Of(where) ?? throw new ArgumentException("where: at least one attribute", nameof(where));
        CheckRange(stamp, 0);
        if (!_filterDeletes.Add(where, stamp))
            return 0;
        int removed = 0;
        foreach (var (_, row) in _rows.ByAttribute.Find(filter.Rarest(_rows.ByAttribute).Token))
        {
            if (!_rows.IsTaken(row) || !IsLive(row) || Stamp(_rows[row]) >= stamp || !filter.Matches(_rows.Attributes[_rows[row].Attributes]))
                continue;
            RemoveRow(row, DepartureReason.Deleted);
            removed++;
        }
        return removed;
    }

    /// <summary>
    /// Removes every entry that was written before <paramref name="stamp"/>, all in one version. The drop is remembered, as a delete by filter is, and takes
    /// the place of what was remembered of older removals: a write that is older than it loses whatever its id is.
    /// </summary>
    /// <param name="stamp">Orders the drop among the writes of every id.</param>
    /// <returns>Entries removed; the time grows with them.</returns>
    /// <exception cref="ArgumentException">A time or the offset breaks a rule; nothing changed.</exception>
    public int Drop(WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        CheckRange(stamp, 0);
        if (!_filterDeletes.Add(FilterDeletes.Everything, stamp))
            return 0;
        int removed = 0;
        foreach (var (row, record) in _rows.Live())
        {
            WriteStamp written = Stamp(record);
            if (written >= stamp)
                continue;
            Tell(_rows.Id(record), DepartureReason.Deleted, written, record.ValidUntilMs);
            End(row, isRemoval: true);
            removed++;
        }
        _dirty |= _tombstones.RemoveBefore(stamp) > 0;
        return removed;
    }

    /// <summary>
    /// Forgets everything a revoked partition wrote, its removals too, so that its next owner can replay it from the start. An id that
    /// another source wrote last is left alone.
    /// </summary>
    /// <returns>Entries removed.</returns>
    public int RemoveSource(string source)
    {
        using var writing = _writer.Enter();
        int number = _sources.NumberOf(source), removed = 0;
        foreach (var (row, record) in _rows.Live())
        {
            if (record.Source != number)
                continue;
            End(row, isRemoval: true);
            removed++;
        }
        _dirty |= _tombstones.RemoveSource(source) > 0;
        _filterDeletes.RemoveSource(source);
        return removed;
    }

    /// <summary>Takes expired entries out, so that publishing reclaims their space. Their last writes stay remembered.</summary>
    /// <param name="now">At most the present: an entry is taken out even though a snapshot's own clock reading would still show it.</param>
    /// <param name="most">Entries to take out at most, which bounds the time; no search ever returns those that are left.</param>
    /// <returns>Entries removed.</returns>
    public int Expire(DateTimeOffset now, int most = int.MaxValue)
    {
        using var writing = _writer.Enter();
        return RemoveExpired(now.ToUnixTimeMilliseconds(), most);
    }

    /// <summary>Has the lists trained anew, from the next publish on, whether or not they need it. Searches go on meanwhile.</summary>
    public void Retrain()
    {
        using var writing = _writer.Enter();
        _learner.Request();
    }

    /// <summary>Has the space of every ended row reclaimed, from the next publish on; else that waits until enough of a chunk has ended. Searches go on meanwhile.</summary>
    public void Compact()
    {
        using var writing = _writer.Enter();
        _reclaimer.QueueAll();
    }

    /// <summary>True while a publish has upkeep to do: entries to move, or space to reclaim that no kept version needs. Asked by the writer.</summary>
    public bool HasUpkeep()
    {
        using var writing = _writer.Enter();
        return IsMoving || _reclaimer.HasWork;
    }

    /// <summary>
    /// Ends the batch: all writes since the last publish become visible at once to snapshots taken from now on. Also does a bounded
    /// amount of upkeep, whether or not there was anything to publish.
    /// </summary>
    /// <returns>The newest version; unchanged when the batch changed nothing.</returns>
    public long Publish()
    {
        using var writing = _writer.Enter();
        _learner.PlaceWaiting();
        _reclaimer.NoteEnding();
        if (_dirty)
            _versions.Publish(new MemoryVersion(PendingVersion, NowMs(), new(_live, _tombstones.Count)));
        else
            _versions.Advance(NowMs());
        _learner.Run(Math.Max(LeastUpkeep, _writes * MovesPerWrite));
        _reclaimer.Run(Math.Max(LeastUpkeep, _writes * ReclaimedPerWrite));
        Interlocked.Exchange(ref _sizeBytes, _rows.SizeBytes + _lists.SizeBytes + _index.SizeBytes);
        _dirty = false;
        _writes = 0;
        return _versions.Newest.Number;
    }

    /// <summary>Holds the newest version for a snapshot that another thread writes while writes and searches go on. The caller disposes it.</summary>
    /// <param name="origin">See <see cref="SnapshotHeader.Origin"/>.</param>
    /// <param name="positions">How much of each source is in the version; whoever restores it replays what follows.</param>
    /// <remarks>Takes time for each list and each remembered removal, not for the entries.</remarks>
    /// <exception cref="InvalidOperationException">There are writes that are not published: publish first.</exception>
    public SnapshotCapture Capture(string origin, IReadOnlyList<SourcePosition> positions)
    {
        using var writing = _writer.Enter();
        if (_dirty)
            throw new InvalidOperationException("A version can be captured when everything written is published.");
        SnapshotHeader header = SnapshotHeader.Of(Options) with
        {
            Origin = origin,
            CapturedAtMs = NowMs(),
            Version = Version,
            Entries = _live,
            Sources = _sources.Names,
            Positions = positions,
        };
        return new SnapshotCapture(header, _rows, _versions, [.. _lists.Partitions.Select(CapturedPartition.Of)], CapturedRemovals.Of(_tombstones, _filterDeletes));
    }

    /// <summary>Above 0 when <paramref name="stamp"/> wins over everything known of the id, 0 when it is known already.</summary>
    private int CompareWithLastWrite(string id, int newest, WriteStamp stamp)
    {
        if (IsLive(newest))
            return stamp.CompareTo(Stamp(_rows[newest]));
        return _tombstones.Find(id) is { } removal ? stamp.CompareTo(removal) : 1;
    }

    private bool IsLive(int row) => row >= 0 && _rows[row].IsLive;

    private WriteStamp Stamp(Row row) => _sources.Stamp(row);

    private int Put(in IdKey key, int newest, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long validFromMs, long validUntilMs)
    {
        bool replaces = IsLive(newest);
        if (replaces)
            End(newest, isRemoval: false);
        else if (_tombstones.Count > 0)
            _tombstones.Remove(System.Text.Encoding.UTF8.GetString(key.Utf8));
        int row = _rows.Take(hasVector: !vector.IsEmpty);
        if (replaces && _rows.TracksUse)
            _rows.MarkUsed(row, _rows.UsedMs(newest));
        Row record = _rows[row];
        // A row that began in this very batch is seen by no version: its successor takes over what came before it.
        int previous = newest >= 0 && _rows[newest].Begin == PendingVersion ? _rows[newest].Previous : newest;
        record.Write(new(PendingVersion, validUntilMs, stamp.EventTimeMs, stamp.Offset, _rows.Attributes.Add(attributes, validFromMs), previous));
        _rows.WriteId(record, key.Utf8);
        if (validFromMs != 0)
            record.MarkValidFrom();
        if (!vector.IsEmpty)
            _rows.Vectors.Write(record, vector);
        record.Show(_sources.NumberOf(stamp.Source));
        if (!vector.IsEmpty)
            _learner.Append(row);
        _rows.ListAttributes(row);
        _index.Set(key, row);
        _byEviction.Add(row, record);
        _byValidUntil.Add(row, record);
        _live++;
        _writes++;
        _dirty = true;
        return row;
    }

    private void EnforceMaxEntries(long nowMs)
    {
        if (_live > Options.MaxEntries)
            RemoveExpired(nowMs, int.MaxValue);
        while (_live > Options.MaxEntries && _byEviction.Peek() is >= 0 and var first)
            RemoveRow(first, DepartureReason.Evicted);
    }

    private int RemoveExpired(long nowMs, int most)
    {
        int removed = 0;
        for (; removed < most && _byValidUntil.Peek(nowMs) is >= 0 and var row; removed++)
            RemoveRow(row, DepartureReason.Expired);
        return removed;
    }

    private void RemoveRow(int row, DepartureReason reason)
    {
        string id = _rows.Id(_rows[row]);
        WriteStamp stamp = Stamp(_rows[row]);
        Tell(id, reason, stamp, _rows[row].ValidUntilMs);
        Remove(id, row, stamp);
    }

    private void Tell(string id, DepartureReason reason, WriteStamp stamp, long validUntilMs) =>
        Departed?.Invoke(new(id, reason, PendingVersion, stamp, validUntilMs));

    /// <summary>Ends the id's entry, if there is one, and keeps <paramref name="stamp"/> so that what it beat stays beaten.</summary>
    private bool Remove(string id, int newest, WriteStamp stamp)
    {
        bool existed = IsLive(newest);
        if (existed)
            End(newest, isRemoval: true);
        _tombstones.Set(id, stamp);
        _dirty = true;
        return existed;
    }

    private void End(int row, bool isRemoval)
    {
        Row record = _rows[row];
        if (isRemoval)
            record.MarkRemoved();
        record.EndAt(PendingVersion);
        if (record.Place < 0)
            _learner.PlaceWaiting(); // It may be among them.
        _reclaimer.NoteEnding(row);
        _live--;
        _writes++;
        _dirty = true;
    }

    private static void CheckRange(WriteStamp stamp, long validUntilMs)
    {
        if (stamp.EventTimeMs is < -Row.Max48 or > Row.Max48)
            throw new ArgumentException($"event_time = {stamp.EventTimeMs}: at most {Row.Max48} ms from 1970", nameof(stamp));
        if (stamp.Offset is < 0 or > Row.Max48)
            throw new ArgumentException($"offset = {stamp.Offset}: 0..{Row.Max48}", nameof(stamp));
        CheckInstant("valid_until", validUntilMs);
    }

    private static void CheckInstant(string field, long ms)
    {
        if (ms < 0)
            throw new ArgumentException($"{field} = {ms}: 0 or more", nameof(ms));
    }

    private long DefaultValidUntilMs(long eventTimeMs) =>
        Options.TimeToLive is { } life ? Math.Max(1, eventTimeMs + (long)life.TotalMilliseconds) : 0;

    private long NowMs() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
