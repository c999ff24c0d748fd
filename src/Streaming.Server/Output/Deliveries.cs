namespace Streaming.Server.Output;

/// <summary>Deliveries that a loop does not wait for one by one.</summary>
internal static class Deliveries
{
    /// <summary>A record that could not be delivered ends the process: what would follow is not what was asked for.</summary>
    public static void Watch(Task<long> delivery) =>
        delivery.ContinueWith(
            failed =>
            {
                Console.Error.WriteLine($"streaming: a record could not be delivered: {failed.Exception!.InnerException!.Message}");
                Environment.Exit(1);
            },
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
}
