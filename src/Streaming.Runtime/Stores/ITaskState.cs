namespace Streaming.Runtime.Stores;

/// <summary>A task's durable key-value state, as its processor sees it: what was put is read back at once, and lasts from the next commit on.</summary>
public interface ITaskState
{
    /// <summary>The newest value, or null. The array must not be changed.</summary>
    byte[]? Get(StateKey key);

    /// <summary>Sets a value; the array belongs to the store from now on.</summary>
    void Put(StateKey key, byte[] value);
}
