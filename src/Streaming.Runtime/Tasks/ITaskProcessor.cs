using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>What one task does with the records of its partition. Used by one thread. Decoding and validation come before any change of state.</summary>
public interface ITaskProcessor
{
    /// <summary>Applies one record. A thrown exception rejects the record, except <see cref="StoreException"/>, which stops the task.</summary>
    ProcessResult Process(InputRecord record, ITaskOutput output);

    /// <summary>The records of one poll have been applied.</summary>
    void EndBatch();

    /// <summary>Puts all dirty state into the task's store; a commit follows.</summary>
    void SaveState();

    /// <summary>The partition is no longer this task's: give back what is shared. State that was not saved is dropped.</summary>
    void Close();
}
