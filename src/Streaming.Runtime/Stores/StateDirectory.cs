using Microsoft.Extensions.Logging;
using Streaming.Runtime.Changelogs;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Stores;

/// <summary>
/// The folder that holds an instance's state: <c>&lt;root&gt;/&lt;role&gt;/&lt;topic&gt;-&lt;partition&gt;/state.db</c>. One process at a time.
/// </summary>
public sealed partial class StateDirectory : IDisposable
{
    private readonly string _root;
    private readonly string _clusterId;
    private readonly ILogReader _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly FileStream _lock;

    /// <summary>Takes the folder for this process, creating it if need be.</summary>
    /// <exception cref="StoreException">Another process holds it, or it cannot be written.</exception>
    public StateDirectory(string root, string clusterId, ILogReader log, TimeProvider clock, ILogger logger)
    {
        (_root, _clusterId, _log, _clock, _logger) = (root, clusterId, log, clock, logger);
        try
        {
            Directory.CreateDirectory(root);
            _lock = new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"state directory '{root}' cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The cluster whose state this is.</summary>
    public string ClusterId => _clusterId;

    /// <summary>The folder of a role, or of something in it. It may not be there yet.</summary>
    public string PathOf(params ReadOnlySpan<string> names) => Path.Combine([_root, .. names]);

    /// <summary>Why what is known of a partition does not belong to its log, in words; null when it does.</summary>
    public string? ReasonForeign(StoreIdentity known, TopicPartition partition) =>
        StoreVerdict.Decide(known, _clusterId, partition, _log.ReadAt(partition, known.Mark?.Offset ?? 0)).Foreign;

    /// <summary>Deletes the state of a role that will not come back. None of its stores may be open.</summary>
    public void Delete(string role)
    {
        var folder = Path.Combine(_root, role);
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(folder, e.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// Opens a task's store. State of another cluster or of another topic of that name is set aside, never mixed in. Where there is no state, or
    /// the topic no longer holds what comes after it, the state is restored from the changelog.
    /// </summary>
    /// <exception cref="StoreException">The store or the changelog cannot be used.</exception>
    internal (TaskStore Store, StoreIdentity Identity) Open(string role, TopicPartition partition, string? changelog)
    {
        var folder = Path.Combine(_root, role, partition.ToString());
        var database = TaskDatabase.Open(Path.Combine(folder, "state.db"));
        var identity = database.Identity();
        var log = _log.ReadAt(partition, identity?.Mark?.Offset ?? 0);
        if (identity is not null && StoreVerdict.Decide(identity, _clusterId, partition, log).Foreign is { } foreign)
        {
            database.Dispose();
            SetAside(folder, partition, foreign);
            database = TaskDatabase.Open(Path.Combine(folder, "state.db"));
            identity = null;
        }
        if (changelog is not null && (identity is null || log.StartOffset > identity.NextOffset))
            identity = Restore(partition, new(changelog, partition.Partition), database);
        if (log.StartOffset > (identity?.NextOffset ?? 0))
            LogGap(partition, identity?.NextOffset ?? 0, log.StartOffset);
        return (new TaskStore(database), identity ?? new(_clusterId, partition.Topic, partition.Partition, 0, null, 0));
    }

    private void SetAside(string folder, TopicPartition partition, string reason)
    {
        var aside = $"{folder}.foreign-{_clock.GetUtcNow():yyyyMMddTHHmmssfff}";
        Directory.Move(folder, aside);
        LogSetAside(partition, reason, aside);
    }

    private StoreIdentity? Restore(TopicPartition partition, TopicPartition changelog, TaskDatabase database)
    {
        var started = _clock.GetTimestamp();
        if (new ChangelogRestorer(_log).Restore(changelog, database) is not { } restored)
            return null;
        var log = _log.ReadAt(partition, restored.Identity.Mark?.Offset ?? 0);
        if (StoreVerdict.Decide(restored.Identity, _clusterId, partition, log).Foreign is { } foreign)
        {
            database.Clear();
            LogForeignChangelog(changelog, foreign);
            return null;
        }
        LogRestored(partition, restored.Values, changelog, restored.Identity.NextOffset, _clock.GetElapsedTime(started).TotalSeconds);
        return restored.Identity;
    }
}
