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
    private const int ProbePasses = 3;

    /// <summary>The fastest setting whose recall reaches a goal; if none does, the one that finds the most.</summary>
    public ChosenSetting Choose(double goal, SearchGrid grid, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? filter = null)
    {
        var probed = new List<(SearchOptions Setting, double Recall)>();
        foreach (var lists in grid.Lists.Select(lists => Math.Min(lists, memory.Lists)).Distinct())
            Probe(lists, goal, grid, filter, probed, cancellationToken);
        foreach (var (setting, _) in probed.Where(p => p.Recall >= goal).OrderBy(p => ProbeTime(p.Setting)))
        {
            if (RecallOf(setting) is var recall && recall >= goal)
                return new(setting, recall, true);
        }
        var best = probed.MaxBy(p => p.Recall).Setting;
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

    /// <summary>What a search looked at.</summary>
    public SearchWork Work(int query, SearchOptions setting) => memory.Search(queries[query], MemoryData.Neighbours, setting).Work;

    // More candidates than reach the goal only take longer; one step more, because all queries may be harder than the probes.
    private void Probe(
        int lists, double goal, SearchGrid grid, IReadOnlyDictionary<string, string>? filter, List<(SearchOptions, double)> probed, CancellationToken cancellationToken)
    {
        var reached = 0;
        foreach (var candidates in grid.Candidates)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var setting = new SearchOptions { Lists = lists, Candidates = candidates, Where = filter };
            var recall = Recall.Of(Answers(setting, Probes), truth.Take(Probes));
            probed.Add((setting, recall));
            if (recall >= goal && ++reached == 2)
                return;
        }
    }

    // The best of a few: other work on the machine only takes away.
    private TimeSpan ProbeTime(SearchOptions setting) => Enumerable.Range(0, ProbePasses).Min(_ =>
    {
        var started = Stopwatch.GetTimestamp();
        for (var query = 0; query < Math.Min(Probes, queries.Count); query++)
            Search(query, setting);
        return Stopwatch.GetElapsedTime(started);
    });

    private List<IReadOnlyList<Neighbour>> Answers(SearchOptions setting, int count) =>
        [.. Enumerable.Range(0, Math.Min(count, queries.Count)).Select(query => Search(query, setting))];
}
