namespace Streaming.Models.Hstu.Gpu;

/// <summary>Which steps of a batch are of one sequence, as chains in the order of the batch. Allocates nothing after it was made.</summary>
internal sealed class GpuBatchOrder(int maxBatch)
{
    private readonly int[] _next = new int[maxBatch];
    private readonly bool[] _isFirst = new bool[maxBatch];

    /// <summary>Adds a step.</summary>
    /// <param name="place">Its place in the batch; they come in order.</param>
    /// <param name="before">The place of the sequence's step before; −1 = it is the first.</param>
    public void Add(int place, int before)
    {
        (_next[place], _isFirst[place]) = (-1, before < 0);
        if (before >= 0) _next[before] = place;
    }

    /// <summary>No step before it in the batch is of its sequence.</summary>
    public bool IsFirst(int place) => _isFirst[place];

    /// <summary>The next step of the same sequence; −1 = none.</summary>
    public int Next(int place) => _next[place];
}
