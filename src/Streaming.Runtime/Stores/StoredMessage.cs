using Google.Protobuf;

namespace Streaming.Runtime.Stores;

/// <summary>Reads the messages of a state store.</summary>
internal static class StoredMessage
{
    /// <exception cref="StoreException">The value is damaged. The record at hand is not at fault, so the task stops.</exception>
    public static T Parse<T>(MessageParser<T> parser, StateKey key, byte[] value) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new StoreException($"value of '{key.Key}' in store {key.Store} is damaged: {e.Message}", e);
        }
    }
}
