using Streaming.Memory.Rows;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Writes;

/// <summary>What was written since the last publish, and how entries end in it. The writer's.</summary>
internal sealed class WriteBatch(NamespaceParts parts, Learner learner, Reclaimer reclaimer)
{
    /// <inheritdoc cref="VectorNamespace.Departed"/>
    public Action<Departure>? Departed { private get; set; }

    /// <summary>The version that the batch becomes.</summary>
    public long Version => parts.Versions.Newest.Number + 1;

    /// <summary>Entries there are with the batch.</summary>
    public int LiveEntries { get; private set; }

    /// <summary>Rows that began or ended.</summary>
    public int Writes { get; private set; }

    /// <summary>True when there is something to publish.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Begins with the entries of a snapshot, which no version shows yet.</summary>
    public void Restored(int entries)
    {
        LiveEntries = entries;
        IsDirty = true;
    }

    /// <summary>A row began.</summary>
    public void Began()
    {
        LiveEntries++;
        Writes++;
        IsDirty = true;
    }

    /// <summary>What is remembered changed, no row did.</summary>
    public void RemembersOtherRemovals() => IsDirty = true;

    /// <summary>The batch was published; the next one is empty.</summary>
    public void Published()
    {
        Writes = 0;
        IsDirty = false;
    }

    public bool IsLive(int row) => row >= 0 && parts.Rows[row].IsLive;

    /// <summary>The write that made a row.</summary>
    public WriteStamp Stamp(int row) => parts.Sources.Stamp(parts.Rows[row]);

    /// <summary>Above 0 when <paramref name="stamp"/> wins over everything known of the id, 0 when it is known already.</summary>
    /// <param name="id">The id.</param>
    /// <param name="newest">Its newest row; −1 = none.</param>
    /// <param name="stamp">Of another write.</param>
    public int CompareWithLastWrite(string id, int newest, WriteStamp stamp)
    {
        if (IsLive(newest))
            return stamp.CompareTo(Stamp(newest));
        return parts.Tombstones.Find(id) is { } removal ? stamp.CompareTo(removal) : 1;
    }

    /// <summary>Ends the id's entry, if there is one, and keeps <paramref name="stamp"/> so that what it beat stays beaten.</summary>
    public bool Remove(string id, int newest, WriteStamp stamp)
    {
        bool existed = IsLive(newest);
        if (existed)
            End(newest, isRemoval: true);
        parts.Tombstones.Set(id, stamp);
        IsDirty = true;
        return existed;
    }

    /// <summary>Ends a live row, tells of it and keeps its stamp.</summary>
    public void RemoveRow(int row, DepartureReason reason)
    {
        string id = parts.Rows.Id(parts.Rows[row]);
        Tell(id, row, reason);
        Remove(id, row, Stamp(row));
    }

    /// <summary>Tells that a live row is about to leave.</summary>
    public void Tell(string id, int row, DepartureReason reason) => Tell(id, reason, Stamp(row), parts.Rows[row].ValidUntilMs);

    /// <summary>Tells of an entry that leaves, or that is not taken because it has left already.</summary>
    public void Tell(string id, DepartureReason reason, WriteStamp stamp, long validUntilMs) => Departed?.Invoke(new(id, reason, Version, stamp, validUntilMs));

    /// <summary>Ends a live row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isRemoval">False when a newer row of its id comes in its place.</param>
    public void End(int row, bool isRemoval)
    {
        Row record = parts.Rows[row];
        if (isRemoval)
            record.MarkRemoved();
        record.EndAt(Version);
        if (record.Place < 0)
            learner.PlaceWaiting(); // It may be among them.
        reclaimer.NoteEnding(row);
        LiveEntries--;
        Writes++;
        IsDirty = true;
    }
}
