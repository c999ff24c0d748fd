using Streaming.Runtime.Tasks;

namespace Streaming.Server.Composition;

/// <summary>One role's stream thread on an operating system thread of its own.</summary>
internal sealed class RoleRunner(string role, StreamThread thread, Task ready)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Role => role;

    public StreamThread Thread => thread;

    /// <summary>Which of its partitions have caught up.</summary>
    public CaughtUp CaughtUp { get; } = new();

    /// <summary>Which of its partitions are answered whole.</summary>
    public Replayed Replayed { get; } = new();

    /// <summary>Ends after the last commit, or faults with what stopped the role.</summary>
    public Task Ended => _ended.Task;

    public void Start(CancellationToken cancellationToken) =>
        new Thread(() => Run(cancellationToken)) { Name = $"stream-{role}", IsBackground = true }.Start();

    private void Run(CancellationToken cancellationToken)
    {
        try
        {
            using (thread)
            {
                ready.Wait(cancellationToken);
                thread.Run(cancellationToken);
            }
            _ended.SetResult();
        }
        catch (OperationCanceledException)
        {
            _ended.SetResult();
        }
        catch (AggregateException e)
        {
            _ended.SetException(e.InnerExceptions);
        }
#pragma warning disable CA1031 // The boundary of the thread: whatever stops a role is told by its task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _ended.SetException(e);
        }
    }
}
