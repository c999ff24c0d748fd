using Streaming.Kafka.Topics;

namespace Streaming.Kafka.Tests.Support;

/// <summary>Topics with names that no other test has.</summary>
internal static class NewTopic
{
    public static string Name(string suffix = "t") => $"{Guid.NewGuid():N}-{suffix}";

    /// <summary>Makes a topic and returns its name.</summary>
    public static async Task<string> CreateAsync(ITopicAdmin admin, int partitions, params (string Name, string Value)[] config)
    {
        var topic = Name();
        await admin.EnsureAsync([Define(topic, partitions, config)], CancellationToken.None);
        return topic;
    }

    public static TopicDefinition Define(string name, int partitions, params (string Name, string Value)[] config) =>
        new(name, partitions, -1, config.ToDictionary(c => c.Name, c => c.Value));
}
