using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>A role: which topics it reads and what a task of it does.</summary>
public interface IProcessorFactory
{
    /// <summary>users, creatives or memory; for another creative model, with its version behind a dot.</summary>
    string Role { get; }

    /// <summary>Source topics.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>Tasks keep state on disk and go on from its offset; otherwise they go on from where their processor was restored to, or from the beginning of the topic.</summary>
    bool Durable { get; }

    /// <summary>Topic that durable tasks write their commits to, and are restored from; null = none.</summary>
    string? Changelog { get; }

    /// <summary>Where rejected records of a source topic go; null = nowhere, because tasks of another role read the same topic and send them.</summary>
    string? DeadLetterTopic(string source) => DeadLetterHeaders.TopicOf(source);

    /// <summary>The instance stops: every task has committed what it applied, and is closed next.</summary>
    void Stopping()
    {
    }

    /// <summary>Makes the processor of one partition. <paramref name="state"/> is null unless <see cref="Durable"/>.</summary>
    ITaskProcessor Create(TopicPartition partition, ITaskState? state);
}
