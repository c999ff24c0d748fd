using Google.Protobuf;
using Google.Protobuf.Reflection;
using Streaming.Core.Contracts;
using Streaming.Core.Memory;
using Streaming.Core.Topologies;

namespace Streaming.Server.Commands;

/// <summary>A topic of the platform with the message it carries, as <c>produce</c> and <c>tail</c> name it.</summary>
internal sealed record MessageTopic(string Name, string Topic, MessageDescriptor Message, Func<IMessage, string>? Key)
{
    public static IReadOnlyList<MessageTopic> All(TopologyTopics topics) =>
    [
        new("user-events", topics.UserEvents.Name, UserEvent.Descriptor, m => ((UserEvent)m).UserId),
        new("creatives", topics.Creatives.Name, Creative.Descriptor, m => ((Creative)m).CreativeId),
        new("memory-updates", topics.MemoryUpdates.Name, MemoryUpdate.Descriptor, m => MemoryUpdateRules.KeyOf((MemoryUpdate)m)),
        new("user-features", topics.UserFeatures.Name, UserFeatures.Descriptor, null),
        new("creative-features", topics.CreativeFeatures.Name, CreativeFeatures.Descriptor, null),
        new("memory-changes", topics.MemoryChanges.Name, MemoryChange.Descriptor, null),
        new("model-registry", topics.ModelRegistry.Name, ModelPromotion.Descriptor, null),
    ];

    /// <summary>A topic by name; a dead-letter topic carries what its topic carries.</summary>
    /// <exception cref="CommandException">Unknown.</exception>
    public static MessageTopic Find(TopologyTopics topics, string name, bool forProducing)
    {
        var all = All(topics).Where(t => !forProducing || t.Key is not null).ToList();
        var plain = name.EndsWith(".dlq", StringComparison.Ordinal) && !forProducing ? name[..^4] : name;
        var topic = all.Find(t => t.Name == plain)
            ?? throw new CommandException($"topic '{name}': must be one of {string.Join(", ", all.Select(t => t.Name))}{(forProducing ? "" : ", or one of them with .dlq")}");
        return plain == name ? topic : topic with { Topic = DeadLetterHeaders.TopicOf(topic.Topic) };
    }
}
