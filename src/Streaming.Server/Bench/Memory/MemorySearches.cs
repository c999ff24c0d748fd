using System.Diagnostics;
using Streaming.Memory;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>The searches of one namespace: chooses how, then times them, one thread, one query at a time.</summary>
internal sealed class MemorySearches(VectorNamespace memory, VectorTable queries, int[][] truth)
{
    /// <summary>Queries that choose a setting; all of them check it.</summary>
    public const int Probes = 500;

    private const int Passes = 5;

    /// <summary>The fastest setting whose recall reaches a goal; if none does, the one that finds the most.</summary>
    public ChosenSetting Choose(double goal, SearchGrid grid, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? where = null)
    {
        var probed = new List<(SearchOptions Setting, double Recall, double Seconds)>();
        foreach (var setting in grid.Settings(where))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var found = Answers(setting, Probes);
            probed.Add((setting, Recall.Of(found, truth.Take(Probes)), Stopwatch.GetElapsedTime(started).TotalSeconds));
        }
        foreach (var (setting, _, _) in probed.Where(p => p.Recall >= goal).OrderBy(p => p.Seconds))
        {
            if (RecallOf(setting) is var recall && recall >= goal)
                return new(setting, recall, true);
        }
        var best = probed.OrderByDescending(p => p.Recall).ThenBy(p => p.Seconds).First().Setting;
        return new(best, RecallOf(best), false);
    }

    public double RecallOf(SearchOptions setting) => Recall.Of(Answers(setting, queries.Count), truth);

    /// <summary>Five passes over all queries.</summary>
    public void Time(SearchOptions setting, SearchTimes times, CancellationToken cancellationToken)
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            times.Pass(queries.Count, query => Search(query, setting));
        }
    }

    public IReadOnlyList<Neighbour> Search(int query, SearchOptions setting) => memory.Search(queries[query], MemoryData.Neighbours, setting).Neighbours;

    private List<IReadOnlyList<Neighbour>> Answers(SearchOptions setting, int count) =>
        [.. Enumerable.Range(0, Math.Min(count, queries.Count)).Select(query => Search(query, setting))];
}
