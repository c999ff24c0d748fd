using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>What one task does with the records of its partition. Used by one thread. Decoding and validation come before any change of state.</summary>
public interface ITaskProcessor
{
    /// <summary>How far the processor of a task without a store knows its partition already; null = not at all, so from the beginning.</summary>
    StoreIdentity? Restored => null;

    /// <summary>
    /// A record that comes soon: begin, beside the stream thread, what it needs from elsewhere. Called for the records of a poll in their order before the
    /// first is processed, and perhaps again.
    /// </summary>
    void Announce(InputRecord record)
    {
    }

    /// <summary>Waits for what <see cref="Announce"/> began, which must end by itself. A record is processed once this says true.</summary>
    /// <param name="record">The next record.</param>
    /// <param name="patience">How long at most: the thread has a lease to renew.</param>
    bool IsReady(InputRecord record, TimeSpan patience) => true;

    /// <summary>
    /// Applies one record. A thrown exception rejects the record, except <see cref="StoreException"/>, which stops the task, and
    /// <see cref="RestoreException"/>, which sends it back to its last commit.
    /// </summary>
    ProcessResult Process(InputRecord record, ITaskOutput output);

    /// <summary>The records of one poll have been applied: publishes what is left of them.</summary>
    /// <returns>False when something waits for the lease; the call comes again once it is renewed.</returns>
    /// <exception cref="RestoreException">As for <see cref="Process"/>.</exception>
    bool EndBatch();

    /// <summary>A poll brought no record to any task of the thread: what time alone makes due, a bounded amount of it. Publishes nothing.</summary>
    void Idle()
    {
    }

    /// <summary>Publishes what is left, and puts all dirty state into the task's store; a commit follows.</summary>
    /// <exception cref="RestoreException">Something applied could not be published; nothing is committed.</exception>
    void SaveState();

    /// <summary>A commit has ended: everything before its offset is applied, and what came of it is delivered.</summary>
    void Committed(StoreIdentity identity)
    {
    }

    /// <summary>The partition is no longer this task's: give back what is shared. State that was not saved is dropped.</summary>
    void Close();
}
