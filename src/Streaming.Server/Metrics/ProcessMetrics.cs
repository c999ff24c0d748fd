using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Streaming.Server.Metrics;

/// <summary>The process's own metrics, under the names that Prometheus' client libraries use.</summary>
public sealed class ProcessMetrics : IDisposable
{
    private const string GenerationTag = "generation";

    private readonly Meter _meter = new("Streaming.Process");

    /// <summary>Starts to offer the metrics; they are read when somebody collects.</summary>
    public ProcessMetrics()
    {
        double startSeconds = StartSeconds();
        _meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "CPU time of the process.");
        _meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Memory of the process in RAM.");
        _meter.CreateObservableGauge("process.start_time", () => startSeconds, "s", "Start of the process, Unix time.");
        _meter.CreateObservableCounter("dotnet.gc.collections", Collections, "{collection}", "Garbage collections that included the generation.");
        _meter.CreateObservableCounter("dotnet.gc.pause", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Pauses by garbage collections.");
        _meter.CreateObservableCounter("dotnet.gc.allocated", () => GC.GetTotalAllocatedBytes(), "By", "Managed memory allocated so far.");
        _meter.CreateObservableGauge("dotnet.gc.heap", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Managed memory in use.");
        _meter.CreateObservableGauge("dotnet.thread_pool.threads", () => ThreadPool.ThreadCount, "{thread}", "Threads of the thread pool.");
        _meter.CreateObservableGauge("dotnet.thread_pool.queue", () => ThreadPool.PendingWorkItemCount, "{item}", "Work items that wait.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Collections() => Enumerable
        .Range(0, GC.MaxGeneration + 1)
        .Select(generation => new Measurement<long>(GC.CollectionCount(generation), new KeyValuePair<string, object?>(GenerationTag, generation)));

    private static double StartSeconds()
    {
        using Process process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1_000.0;
    }
}
