using Streaming.Memory.Lists;
using Streaming.Memory.Recall;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Snapshots;
using Streaming.Memory.Training;
using Streaming.Memory.Upkeep;
using Streaming.Memory.Versions;
using Streaming.Memory.Writes;

namespace Streaming.Memory;

/// <summary>
/// A versioned set of entries (id, optional vector, attributes, event time, life) that one writer changes and any number of readers
/// search. Writes collect in a batch that <see cref="Publish"/> makes visible as one version; a reader sees whole batches only and
/// never waits, nor makes the writer wait.
/// </summary>
/// <remarks>
/// Writing and publishing also do a bounded amount of upkeep: they reclaim ended rows and move entries to newly trained lists.
/// The write methods and Publish belong to one writer at a time; it may be another thread from one call to the next when the hand-over
/// itself synchronises. The structure is drawn in docs/memory.md.
/// </remarks>
public sealed class VectorNamespace
{
    private readonly NamespaceParts _parts;
    private readonly NamespaceReader _reader;
    private readonly WriteBatch _batch;
    private readonly Upserter _upserter;
    private readonly Deleter _deleter;
    private readonly Evictor _evictor;
    private readonly Reclaimer _reclaimer;
    private readonly Learner _learner;
    private readonly OldestEvent _oldest;
    private readonly Publisher _publisher;
    private readonly WriterGuard _writer = new();

    /// <summary>An empty namespace at version 0, whose lists are trained on the thread pool.</summary>
    /// <exception cref="ArgumentException">The options break rules, all of which the message names: correct the configuration.</exception>
    public VectorNamespace(NamespaceOptions options, TimeProvider time)
        : this(options, time, Task.Run)
    {
    }

    /// <param name="background">Runs a training.</param>
    /// <param name="leastUpkeep">As in <see cref="UpkeepPace"/>.</param>
    internal VectorNamespace(NamespaceOptions options, TimeProvider time, Func<Func<Trained>, Task<Trained>> background, int leastUpkeep = UpkeepPace.Least)
    {
        NamespaceParts parts = NamespaceParts.Of(options, time);
        _parts = parts;
        _reader = new NamespaceReader(parts);
        _reclaimer = new Reclaimer(parts.Rows, parts.Index, parts.Lists, parts.Versions);
        _learner = new Learner(options, parts.Rows, parts.Lists, parts.Versions, _reclaimer, background);
        _batch = new WriteBatch(parts, _learner, _reclaimer);
        _evictor = new Evictor(parts, _batch);
        UpkeepPace upkeep = new(options.ChunkEntries, _learner, _reclaimer, leastUpkeep);
        _upserter = new Upserter(parts, _batch, _evictor, _learner, upkeep);
        _deleter = new Deleter(parts, _batch, upkeep);
        _oldest = new OldestEvent(parts.Rows);
        _publisher = new Publisher(parts, _batch, upkeep, _oldest);
        Recall = new RecallEstimator(new(), time, search => Task.Run(search));
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
    /// <param name="leastUpkeep">As in <see cref="UpkeepPace"/>.</param>
    internal static RestoredNamespace Restore(
        NamespaceOptions options, TimeProvider time, string path, Func<Func<Trained>, Task<Trained>> background, int leastUpkeep = UpkeepPace.Least)
    {
        VectorNamespace space = new(options, time, background, leastUpkeep);
        NamespaceParts parts = space._parts;
        NamespaceFiller filler = new(path, parts.Rows, parts.Index, parts.Lists, parts.Sources, parts.Tombstones, parts.FilterDeletes, space._learner);
        SnapshotHeader header = new SnapshotLoader(path, options, parts.Rows.Vectors.Bytes, filler).Load();
        space._batch.Restored(filler.Entries);
        return new RestoredNamespace(space, header);
    }

    /// <summary>What the namespace was made with.</summary>
    public NamespaceOptions Options => _parts.Options;

    /// <summary>
    /// Hears of every entry that leaves, but not of those that are replaced or whose source is forgotten. Called within the write, on its thread; must not
    /// write itself. Set before the first write; null = nobody.
    /// </summary>
    public Action<Departure>? Departed
    {
        set => _batch.Departed = value;
    }

    /// <summary>The newest published version; it rises by one with every publish of a batch that changed anything.</summary>
    public long Version => _parts.Versions.Newest.Number;

    /// <summary>The oldest version that can still be asked for.</summary>
    public long OldestVersion => _parts.Versions.Oldest().Number;

    /// <summary>When the oldest version that can still be asked for became the newest, to the millisecond.</summary>
    public DateTimeOffset OldestPublishedAt => DateTimeOffset.FromUnixTimeMilliseconds(_parts.Versions.Oldest().PublishedAtMs);

    /// <summary>Entries of the newest version, expired ones that were not taken out yet included.</summary>
    public int LiveEntries => _parts.Versions.Newest.Sizes.LiveEntries;

    /// <summary>Rows held: live ones, and ended ones that were not reclaimed yet.</summary>
    public int StoredRows => _parts.Rows.Count;

    /// <summary>Removals that are remembered against older upserts, as of the newest version.</summary>
    public int Tombstones => _parts.Versions.Newest.Sizes.Tombstones;

    /// <summary>Bytes held after the last publish: native memory and the index exactly, attributes and long ids by estimate.</summary>
    public long SizeBytes => _publisher.SizeBytes;

    /// <summary>Posting lists in use; 1 while every search is exact.</summary>
    public int Lists => _parts.Lists.Partitions[^1].Lists.Count;

    /// <summary>True while entries move to newly trained lists.</summary>
    public bool IsMoving => _parts.Lists.Partitions.Length > 1;

    /// <summary>
    /// How far the vectors written of late lie from their lists' centroids, relative to those that the lists were trained on: 1 = as trained;
    /// the lists are trained anew above 1.1.
    /// </summary>
    public double Drift => _learner.Drift;

    /// <summary>
    /// The earliest event time of an entry, those of a batch that is not published yet included; unix ms, null when there is none. Where entries left it may be
    /// earlier, until some publishes after the question. Costs next to nothing. Safe on any thread.
    /// </summary>
    public long? OldestEventMs() => _oldest.Ask();

    /// <summary>Estimates the recall of the searches that are offered to it.</summary>
    public RecallEstimator Recall { get; }

    internal NamespaceParts Parts => _parts;

    internal ListStore ListStore => _parts.Lists;

    internal VersionLog Versions => _parts.Versions;

    internal NamespaceReader Reader => _reader;

    /// <summary>Pins the newest published version at the current clock reading. Safe on any thread; the caller disposes it.</summary>
    public MemorySnapshot Snapshot() => new(_reader, _parts.Versions.PinNewest(), NowMs());

    /// <summary>Pins an older version, at the current clock reading. Safe on any thread; the caller disposes it.</summary>
    /// <returns>Null when the version is not kept any more, or does not exist yet.</returns>
    public MemorySnapshot? AsOf(long version) =>
        _parts.Versions.PinLast(v => v.Number == version) is { } pinned ? new(_reader, pinned, NowMs()) : null;

    /// <summary>Pins the version that was the newest at a moment, at that clock reading: what was true then. The caller disposes it.</summary>
    /// <returns>Null when it is not kept any more.</returns>
    public MemorySnapshot? AsOf(DateTimeOffset moment) =>
        _parts.Versions.PinLast(v => v.PublishedAtMs <= moment.ToUnixTimeMilliseconds()) is { } pinned ? new(_reader, pinned, moment.ToUnixTimeMilliseconds()) : null;

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
        return _upserter.Upsert(id, vector, attributes, stamp, validUntilMs, validFromMs);
    }

    /// <summary>Removes the entry of <paramref name="id"/>, unless a newer write of the id is known, and remembers the removal.</summary>
    public DeleteOutcome Delete(string id, WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        return _deleter.Delete(id, stamp);
    }

    /// <summary>
    /// Removes every entry that has all of these attributes and was written before <paramref name="stamp"/>, all in one version. The delete is
    /// remembered: an upsert that it would have deleted does not come back when it arrives later, so that deletes and upserts may come in any order.
    /// </summary>
    /// <remarks>An id's newest write decides: where that satisfies the filter the id is absent, and where an older one does, it does not matter.</remarks>
    /// <param name="where">One or more attributes, as in <see cref="SearchOptions.Where"/>.</param>
    /// <param name="stamp">Orders the delete among the writes of every id.</param>
    /// <returns>Entries removed; the time grows with them, by about half a microsecond each.</returns>
    /// <exception cref="ArgumentException">The filter is empty, or a time or the offset breaks a rule; nothing changed.</exception>
    public int DeleteWhere(IReadOnlyDictionary<string, string> where, WriteStamp stamp)
    {
        using var writing = _writer.Enter();
        return _deleter.DeleteWhere(where, stamp);
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
        return _deleter.Drop(stamp);
    }

    /// <summary>
    /// Forgets everything a revoked partition wrote, its removals too, so that its next owner can replay it from the start. An id that
    /// another source wrote last is left alone.
    /// </summary>
    /// <returns>Entries removed.</returns>
    public int RemoveSource(string source)
    {
        using var writing = _writer.Enter();
        return _deleter.RemoveSource(source);
    }

    /// <summary>Takes expired entries out, so that publishing reclaims their space. Their last writes stay remembered.</summary>
    /// <param name="now">At most the present: an entry is taken out even though a snapshot's own clock reading would still show it.</param>
    /// <param name="most">Entries to take out at most, which bounds the time; no search ever returns those that are left.</param>
    /// <returns>Entries removed.</returns>
    public int Expire(DateTimeOffset now, int most = int.MaxValue)
    {
        using var writing = _writer.Enter();
        return _evictor.RemoveExpired(now.ToUnixTimeMilliseconds(), most);
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

    /// <summary>True while a publish has upkeep to do: entries to move, space to reclaim that no kept version needs, or the oldest entry to find. Asked by the writer.</summary>
    public bool HasUpkeep()
    {
        using var writing = _writer.Enter();
        return IsMoving || _reclaimer.HasWork || _oldest.HasWork;
    }

    /// <summary>
    /// Ends the batch: all writes since the last publish become visible at once to snapshots taken from now on. Also does a bounded
    /// amount of upkeep, whether or not there was anything to publish.
    /// </summary>
    /// <returns>The newest version; unchanged when the batch changed nothing.</returns>
    public long Publish()
    {
        using var writing = _writer.Enter();
        return _publisher.Publish();
    }

    /// <summary>Holds the newest version for a snapshot that another thread writes while writes and searches go on. The caller disposes it.</summary>
    /// <param name="origin">See <see cref="SnapshotHeader.Origin"/>.</param>
    /// <param name="positions">How much of each source is in the version; whoever restores it replays what follows.</param>
    /// <remarks>Takes time for each list and each remembered removal, not for the entries.</remarks>
    /// <exception cref="InvalidOperationException">There are writes that are not published: publish first.</exception>
    public SnapshotCapture Capture(string origin, IReadOnlyList<SourcePosition> positions)
    {
        using var writing = _writer.Enter();
        return new Capturer(_parts, _batch).Capture(origin, positions);
    }

    private long NowMs() => _parts.NowMs();
}
