using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Planted fault: user state comes back from the store without the source offset it had applied, so a replay looks new.</summary>
internal sealed class ForgetfulFactory(IProcessorFactory inner) : IProcessorFactory
{
    public string Role => inner.Role;

    public IReadOnlyList<string> Topics => inner.Topics;

    public bool Durable => inner.Durable;

    public string? Changelog => inner.Changelog;

    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) => inner.Create(partition, new ForgetfulState(state!));

    private sealed class ForgetfulState(ITaskState inner) : ITaskState
    {
        public byte[]? Get(StateKey key)
        {
            if (inner.Get(key) is not { } value || key.Store != StoreName.Users)
                return inner.Get(key);
            var state = UserState.Parser.ParseFrom(value);
            state.SourceOffset = -1;
            return state.ToByteArray();
        }

        public void Put(StateKey key, byte[] value) => inner.Put(key, value);
    }
}
