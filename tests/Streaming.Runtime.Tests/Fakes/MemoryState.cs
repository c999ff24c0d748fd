using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A task's state in memory, which counts the bytes put into it.</summary>
internal sealed class MemoryState : ITaskState
{
    private readonly Dictionary<StateKey, byte[]> _values = [];

    public long BytesPut { get; private set; }

    public byte[]? Get(StateKey key) => _values.GetValueOrDefault(key);

    public void Put(StateKey key, byte[] value)
    {
        BytesPut += value.Length;
        _values[key] = value;
    }
}
