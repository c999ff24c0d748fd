using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Users;

/// <summary>The users role.</summary>
public sealed class UserProcessorFactory(UserSettings settings, UserServices services) : IProcessorFactory
{
    /// <inheritdoc />
    public string Role => "users";

    /// <inheritdoc />
    public IReadOnlyList<string> Topics => [settings.EventTopic];

    /// <inheritdoc />
    public bool Durable => true;

    /// <inheritdoc />
    public string? Changelog => settings.Changelog;

    /// <inheritdoc />
    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) =>
        new UserProcessor(state ?? throw new ArgumentNullException(nameof(state), "user tasks keep state"), settings, services);
}
