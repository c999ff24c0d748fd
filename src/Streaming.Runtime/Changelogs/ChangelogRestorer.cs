using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Changelogs;

/// <summary>
/// Fills an empty store from a changelog partition. A commit that was cut short leaves some values newer than the identity: their records are
/// skipped by version when the task replays from there, so the state ends the same.
/// </summary>
internal sealed class ChangelogRestorer(ILogReader log)
{
    private const int BatchValues = 1_000;

    /// <returns>Whose state it now is, and how many values were read; null when the changelog holds no whole commit, and the store is empty.</returns>
    public (StoreIdentity Identity, long Values)? Restore(TopicPartition changelog, TaskDatabase database)
    {
        database.Clear();
        var values = new Dictionary<StateKey, byte[]>();
        StoreIdentity? identity = null;
        ulong? origin = null;
        long read = 0;
        log.ReadToEnd(
            changelog,
            record =>
            {
                var segment = ChangelogRecords.Parse(record);
                if (origin != segment.Origin)
                {
                    // Another state begins here; what came before belongs to one that was given up.
                    values.Clear();
                    database.Clear();
                    (identity, origin, read) = (null, segment.Origin, 0);
                }
                if (ChangelogRecords.IdentityOf(segment) is { } reached)
                {
                    identity = reached;
                    return;
                }
                values[ChangelogRecords.KeyOf(segment)] = segment.Value.ToByteArray();
                read++;
                if (values.Count >= BatchValues)
                    Flush(database, values, null);
            },
            CancellationToken.None);
        if (identity is null)
        {
            database.Clear();
            return null;
        }
        Flush(database, values, identity);
        return (identity, read);
    }

    private static void Flush(TaskDatabase database, Dictionary<StateKey, byte[]> values, StoreIdentity? identity)
    {
        database.Write(new CommitBatch(values, identity));
        values.Clear();
    }
}
