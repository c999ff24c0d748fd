using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Streaming.Core.Topologies;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Memory.Snapshots;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Server.Composition;

/// <summary>
/// A memory namespace and its snapshots on disk: restored at the start, a new one from time to time and at the stop. A snapshot names the offsets that were
/// committed when its version was captured, so what it holds is never less than they say; a little more is written again by the replay, which changes nothing.
/// </summary>
/// <remarks>The stream thread's, like the namespace's writes; but any thread may read <see cref="Newest"/> and call <see cref="RequestAsync"/>.</remarks>
internal sealed partial class NamespaceSnapshots
{
    // Of the age at which a snapshot is not used any more: one of a namespace without writes is made anew before that.
    private const int RenewalsUntilTooOld = 4;

    private readonly MemorySnapshotOptions _options;
    private readonly SnapshotFolder _folder;
    private readonly StateDirectory _state;
    private readonly TimeProvider _clock;
    private readonly MemoryMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Dictionary<string, SourcePosition> _restored = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unclaimed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourcePosition> _committed = new(StringComparer.Ordinal);
    private (long Version, SourcePosition[] Positions) _written = (0, []);
    private long _attemptedAt;
    private bool _stopped;

    // Drops so far, how many an attempt to write knew, and how many no older file knows less of.
    private int _drops;
    private int _attemptedDrops;
    private volatile int _purgedDrops;
    private Task _writing = Task.CompletedTask;
    private TaskCompletionSource<WrittenSnapshot>? _request;
    private volatile WrittenSnapshot? _newest;

    /// <summary>Restores the namespace from its newest snapshot that is good, or begins it empty.</summary>
    /// <exception cref="ArgumentException">As for <see cref="VectorNamespace"/>.</exception>
    public NamespaceSnapshots(NamespaceOptions options, MemorySnapshotOptions snapshots, string role, StateDirectory state, TimeProvider clock, MemoryMetrics metrics, ILogger logger)
    {
        (_options, _state, _clock, _metrics, _logger) = (snapshots, state, clock, metrics, logger);
        _folder = new SnapshotFolder(state.PathOf(role, options.Name), snapshots.Keep);
        _attemptedAt = clock.GetTimestamp();
        Space = (IsOn ? Restore(options) : null) ?? new VectorNamespace(options, clock);
    }

    /// <summary>The namespace.</summary>
    public VectorNamespace Space { get; }

    /// <summary>The newest snapshot, restored or written; null = none.</summary>
    public WrittenSnapshot? Newest => _newest;

    private bool IsOn => _options.Interval > TimeSpan.Zero;

    /// <summary>Has a snapshot written at the next publish, which comes within a poll while a partition is owned here. Safe for any thread.</summary>
    /// <returns>What was written.</returns>
    /// <exception cref="InvalidOperationException">The topology says that there are no snapshots.</exception>
    /// <exception cref="IOException">It could not be written.</exception>
    public Task<WrittenSnapshot> RequestAsync(CancellationToken cancellationToken)
    {
        if (!IsOn)
            throw new InvalidOperationException($"memory.{Space.Options.Name}.snapshots.interval = 0: the topology has this namespace without snapshots");
        var request = new TaskCompletionSource<WrittenSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        request = Interlocked.CompareExchange(ref _request, request, null) ?? request;
        return request.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc cref="Runtime.Memory.IMemoryNamespace.Begin"/>
    public StoreIdentity? Begin(TopicPartition partition)
    {
        var source = partition.ToString();
        if (!_unclaimed.Remove(source) || !_restored.TryGetValue(source, out var position))
            return null;
        var identity = new StoreIdentity(_state.ClusterId, partition.Topic, partition.Partition, position.NextOffset, MarkOf(position), 0);
        if (_state.ReasonForeign(identity, partition) is { } reason)
        {
            LogForeign(Space.Options.Name, source, reason);
            Space.RemoveSource(source);
            _restored.Remove(source);
            return null;
        }
        _committed[source] = position;
        return identity;
    }

    /// <summary>True for a write that the snapshot had already.</summary>
    public bool Has(string source, long offset)
    {
        if (_restored.Count == 0 || !_restored.TryGetValue(source, out var position))
            return false;
        if (offset < position.NextOffset)
            return true;
        // A partition's offsets rise: nothing older comes after this.
        _restored.Remove(source);
        return false;
    }

    /// <inheritdoc cref="Runtime.Memory.IMemoryNamespace.Committed"/>
    public void Committed(StoreIdentity identity)
    {
        var source = new TopicPartition(identity.Topic, identity.Partition).ToString();
        // While another namespace has the partition read again, this one knows more than is committed now.
        if (_committed.TryGetValue(source, out var known) && known.NextOffset > identity.NextOffset)
            return;
        _committed[source] = new(source, identity.NextOffset, identity.Mark?.Offset ?? -1, identity.Mark?.Hash ?? 0);
    }

    /// <summary>A source is another's from now on, or begins again.</summary>
    public void Forget(string source)
    {
        _restored.Remove(source);
        _committed.Remove(source);
    }

    /// <summary>
    /// Everything written before was dropped: files that hold it go, as soon as one without it is written in their place, so that a start reads on from there.
    /// </summary>
    public void Dropped()
    {
        _drops++;
        if (!IsOn)
            Purge(kept: 0);
    }

    /// <summary>Before a publish: what no partition of this instance answers for is not to be seen.</summary>
    /// <remarks>The group gives all partitions of its first answer before the first publish. One that comes later is read from the beginning.</remarks>
    public void BeforePublish()
    {
        foreach (var source in _unclaimed)
        {
            var entries = Space.RemoveSource(source);
            LogUnclaimed(Space.Options.Name, source, entries);
            _restored.Remove(source);
        }
        _unclaimed.Clear();
    }

    /// <summary>After a publish: begins to write a snapshot that is due or was asked for.</summary>
    public void AfterPublish()
    {
        if (!IsOn || _stopped || !_writing.IsCompleted || (Volatile.Read(ref _request) is null && _attemptedDrops == _drops && !IsDue()))
            return;
        _writing = Begin();
    }

    /// <summary>Writes a last one, unless the one before says the same.</summary>
    /// <param name="canWrite">False where a start is to replay what came since the one before.</param>
    public void Stopping(bool canWrite = true)
    {
        // The partitions are given back next, which removes their entries: no snapshot of that may come after the last one.
        _stopped = true;
        _writing.Wait();
        if (canWrite && IsOn && IsWorthOne())
            Begin().Wait();
    }

    private bool IsDue() => _clock.GetElapsedTime(_attemptedAt) >= _options.Interval && IsWorthOne();

    private bool IsWorthOne() => HasChanged() || _newest is null || _purgedDrops != _drops || _clock.GetUtcNow() - _newest.CapturedAt >= _options.MaxAge / RenewalsUntilTooOld;

    private bool HasChanged() => Space.Version != _written.Version || !Positions().SequenceEqual(_written.Positions);

    private SourcePosition[] Positions() => [.. _committed.Values.OrderBy(position => position.Source, StringComparer.Ordinal)];

    private Task Begin()
    {
        _attemptedAt = _clock.GetTimestamp();
        _attemptedDrops = _drops;
        var request = Interlocked.Exchange(ref _request, null);
        var positions = Positions();
        var captured = Space.Capture(_state.ClusterId, positions);
        _written = (captured.Header.Version, positions);
        return Task.Run(() => Write(captured, _attemptedDrops, request));
    }

    private void Write(SnapshotCapture captured, int drops, TaskCompletionSource<WrittenSnapshot>? request)
    {
        var started = _clock.GetTimestamp();
        try
        {
            using (captured)
                _newest = WrittenSnapshot.Of(captured.Header, _folder.Write(captured));
            var took = _clock.GetElapsedTime(started);
            if (_purgedDrops != drops && Purge(kept: 1))
                _purgedDrops = drops;
            _metrics.SnapshotDone(Space.Options.Name, "write", took);
            LogWritten(Space.Options.Name, _newest.Path, _newest.Entries, _newest.Bytes, took.TotalSeconds);
            request?.TrySetResult(_newest);
        }
#pragma warning disable CA1031 // The boundary of a task: no failure to write a snapshot is worth an instance.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            // The one before is still there; the next is tried when it is due.
            _metrics.SnapshotFailed(Space.Options.Name, "write");
            LogNotWritten(Space.Options.Name, e.Message);
            request?.TrySetException(e);
        }
    }

    // Of what was dropped, nothing is to stay on the disk.
    private bool Purge(int kept)
    {
        try
        {
            foreach (var file in _folder.Files().Skip(kept))
                File.Delete(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _metrics.SnapshotFailed(Space.Options.Name, "delete");
            LogNotPurged(Space.Options.Name, e.Message);
            return false;
        }
    }

    private VectorNamespace? Restore(NamespaceOptions options)
    {
        foreach (var file in Files(options.Name))
        {
            var started = _clock.GetTimestamp();
            try
            {
                RefuseForeign(file, SnapshotHeader.Read(file));
                var (space, header) = VectorNamespace.Restore(options, _clock, file);
                // A source that wrote nothing here has a position too: without it, its partition would be read again.
                _unclaimed.UnionWith(header.Sources.Concat(header.Positions.Select(position => position.Source)));
                foreach (var position in header.Positions)
                    _restored.Add(position.Source, position);
                // What the first publish shows, unless something is left out before.
                _written = (1, [.. header.Positions]);
                _newest = WrittenSnapshot.Of(header, new FileInfo(file));
                var took = _clock.GetElapsedTime(started);
                _metrics.SnapshotDone(options.Name, "restore", took);
                LogRestored(options.Name, header.Entries, file, took.TotalSeconds, _clock.GetUtcNow() - _newest.CapturedAt);
                return space;
            }
            catch (SnapshotException e)
            {
                _metrics.SnapshotFailed(options.Name, "restore");
                LogRefused(options.Name, e.Message);
            }
        }
        return null;
    }

    private void RefuseForeign(string file, SnapshotHeader header)
    {
        if (header.Origin != _state.ClusterId)
            throw new SnapshotException(file, $"it belongs to cluster '{header.Origin}', this is cluster '{_state.ClusterId}'");
        var age = _clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(header.CapturedAtMs);
        if (age > _options.MaxAge)
            throw new SnapshotException(file, $"it is {age:d\\.hh\\:mm\\:ss} old, and snapshots.max_age is {_options.MaxAge}");
    }

    private IReadOnlyList<string> Files(string name)
    {
        try
        {
            return _folder.Files();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogRefused(name, e.Message);
            return [];
        }
    }

    private static LogMark? MarkOf(SourcePosition position) => position.LastOffset < 0 ? null : new LogMark(position.LastOffset, position.LastHash);
}
