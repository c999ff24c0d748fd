namespace Streaming.Runtime.Tasks;

/// <summary>The legal transitions of <see cref="TaskState"/>.</summary>
internal static class TaskStates
{
    public static bool MayBecome(this TaskState from, TaskState to) => (from, to) switch
    {
        (TaskState.Created, TaskState.Running) => true,
        (TaskState.Running, TaskState.Restoring) => true,
        (TaskState.Restoring, TaskState.Running) => true,
        (TaskState.Closed, _) => false,
        (_, TaskState.Closed) => true,
        _ => false,
    };
}
