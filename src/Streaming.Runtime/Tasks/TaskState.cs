namespace Streaming.Runtime.Tasks;

/// <summary>
/// Lifecycle of a task:
/// <code>
///   Created ──► Running ──► Closed
///                 │  ▲
///                 ▼  │   (a delivery failed: back to the last commit)
///              Restoring
/// </code>
/// </summary>
internal enum TaskState
{
    Created,
    Running,
    Restoring,
    Closed,
}
