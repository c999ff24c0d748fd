using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Memory;

/// <summary>The memory role: rebuilt from its topics at every start.</summary>
public sealed class MemoryProcessorFactory(MemorySettings settings, IReadOnlyList<IMemoryNamespace> namespaces, TimeProvider clock) : IProcessorFactory
{
    /// <inheritdoc />
    public string Role => "memory";

    /// <inheritdoc />
    public IReadOnlyList<string> Topics => [settings.CreativeFeatureTopic, settings.UpdateTopic];

    /// <inheritdoc />
    public bool Durable => false;

    /// <inheritdoc />
    public string? Changelog => null;

    /// <inheritdoc />
    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) =>
        partition.Topic == settings.CreativeFeatureTopic
            ? new CreativeMemoryProcessor(partition, settings, namespaces)
            : new MemoryUpdateProcessor(partition, settings, namespaces, clock);
}
