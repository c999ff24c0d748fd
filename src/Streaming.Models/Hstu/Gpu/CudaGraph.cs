namespace Streaming.Models.Hstu.Gpu;

/// <summary>Launches that were queued once and are repeated as one.</summary>
internal sealed class CudaGraph : IDisposable
{
    private const int OfThisThread = 1;
    private readonly nint _program;

    /// <summary>Takes down what <paramref name="queue"/> queues to a stream, and to others that it makes wait for that one and join it; nothing of it runs.</summary>
    public CudaGraph(nint stream, Action queue)
    {
        CudaDriver.Require(CudaDriver.StreamBeginCapture(stream, OfThisThread), "beginning a graph");
        try
        {
            queue();
        }
        catch
        {
            _ = CudaDriver.StreamEndCapture(stream, out _);
            throw;
        }
        CudaDriver.Require(CudaDriver.StreamEndCapture(stream, out var graph), "ending a graph");
        var made = CudaDriver.GraphInstantiate(out _program, graph, 0);
        _ = CudaDriver.GraphDestroy(graph);
        CudaDriver.Require(made, "making a graph");
    }

    /// <summary>Queues all of it.</summary>
    public void Launch(nint stream) => CudaDriver.Require(CudaDriver.GraphLaunch(_program, stream), "launching a graph");

    /// <inheritdoc/>
    public void Dispose() => _ = CudaDriver.GraphExecDestroy(_program);
}
