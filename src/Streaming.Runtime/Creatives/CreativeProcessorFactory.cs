using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Creatives;

/// <summary>The creatives role.</summary>
public sealed class CreativeProcessorFactory(CreativeSettings settings, CreativeServices services) : IProcessorFactory
{
    /// <inheritdoc />
    public string Role => settings.Role;

    /// <inheritdoc />
    public IReadOnlyList<string> Topics => [settings.CreativeTopic];

    /// <inheritdoc />
    public bool Durable => true;

    /// <inheritdoc />
    public string? Changelog => settings.Changelog;

    /// <inheritdoc />
    public string DeadLetterTopic(string source) =>
        DeadLetterHeaders.TopicOf(settings.Role == "creatives" ? source : $"{source}{settings.Role["creatives".Length..]}");

    /// <inheritdoc />
    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) =>
        new CreativeProcessor(partition, state ?? throw new ArgumentNullException(nameof(state), "creative tasks keep state"), settings, services);
}
