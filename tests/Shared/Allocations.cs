namespace Streaming.TestSupport;

/// <summary>What code allocates on the managed heap, for allocation budgets.</summary>
public static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes that <paramref name="run"/> allocates on this thread: the least of five rounds. What the code allocates comes in every round; the
    /// runtime's own work on this thread (compiling a method again, loading a type) comes once.
    /// </summary>
    public static long Of(Action run)
    {
        run();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
