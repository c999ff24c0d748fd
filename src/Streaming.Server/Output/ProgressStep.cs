using Spectre.Console;

namespace Streaming.Server.Output;

/// <summary>One step of long work.</summary>
internal sealed class ProgressStep(ProgressTask? task)
{
    private const int Granularity = 100;
    private int _pending;

    public void Advance()
    {
        if (task is null || ++_pending < Granularity)
            return;
        task.Increment(_pending);
        _pending = 0;
    }

    /// <summary>Sets how much is done.</summary>
    public void Set(double value)
    {
        if (task is not null)
            task.Value = value;
    }
}
