using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Memory;

/// <summary>The memory role: its namespaces are rebuilt from their topics at every start, from where their snapshots end.</summary>
public sealed class MemoryProcessorFactory(MemorySettings settings, IReadOnlyList<IMemoryNamespace> namespaces, TimeProvider clock) : IProcessorFactory
{
    /// <inheritdoc />
    public string Role => settings.CreativeModel is { } version ? Topology.RoleOf("memory", version) : "memory";

    /// <inheritdoc />
    public IReadOnlyList<string> Topics => [settings.CreativeFeatureTopic, settings.UpdateTopic];

    /// <inheritdoc />
    public bool Durable => false;

    /// <inheritdoc />
    public string? Changelog => null;

    /// <inheritdoc />
    /// <remarks>The memory of another creative model repeats the updates of its namespaces alone; the first memory judges them all.</remarks>
    public string? DeadLetterTopic(string source) =>
        settings.CreativeModel is not null && source == settings.UpdateTopic ? null : DeadLetterHeaders.TopicOf(source);

    /// <inheritdoc />
    public void Stopping()
    {
        foreach (var space in namespaces)
            space.Stopping();
    }

    /// <inheritdoc />
    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) =>
        partition.Topic == settings.CreativeFeatureTopic
            ? new CreativeMemoryProcessor(partition, settings, namespaces)
            : new MemoryUpdateProcessor(partition, settings, namespaces, clock);
}
