using System.Diagnostics;

namespace Streaming.Server.Bench;

/// <summary>Warm-up, then the measured time, then waiting for what is still on its way.</summary>
/// <param name="Rate">Records a second.</param>
/// <param name="WarmUp">Not measured.</param>
/// <param name="Duration">Measured.</param>
internal sealed record PacedRun(double Rate, TimeSpan WarmUp, TimeSpan Duration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="TimeoutException">Records did not arrive.</exception>
    public async Task MeasureAsync(PacedSender sender, IEnumerable<PacedRecord> records, LatencyJoin join, CancellationToken cancellationToken)
    {
        using var next = records.GetEnumerator();
        await Task.Run(
            () =>
            {
                var sent = sender.Send(next, Rate, WarmUp, cancellationToken);
                join.Begin();
                sent += sender.Send(next, Rate, Duration, cancellationToken);
                var since = Stopwatch.GetTimestamp();
                while (join.Matched < sent)
                {
                    if (Stopwatch.GetElapsedTime(since) > Patience)
                        throw new TimeoutException($"{sent - join.Matched} of {sent} records did not arrive within {Patience.TotalSeconds:0} s");
                    cancellationToken.WaitHandle.WaitOne(10);
                }
            },
            cancellationToken);
    }
}
