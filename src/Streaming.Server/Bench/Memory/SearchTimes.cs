using System.Diagnostics;

namespace Streaming.Server.Bench.Memory;

/// <summary>Searches timed one by one, in passes.</summary>
internal sealed class SearchTimes
{
    private readonly List<double> _rates = [];
    private readonly List<long> _ticks = [];

    /// <summary>Searches a second: the median of the passes.</summary>
    public double PerSecond => _rates.Order().ElementAt(_rates.Count / 2);

    public int Count => _ticks.Count;

    /// <summary>One pass.</summary>
    public void Pass(int queries, Action<int> search)
    {
        var started = Stopwatch.GetTimestamp();
        for (var query = 0; query < queries; query++)
            Once(query, search);
        _rates.Add(queries / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>One search, outside of any pass.</summary>
    public void Once(int query, Action<int> search)
    {
        var before = Stopwatch.GetTimestamp();
        search(query);
        _ticks.Add(Stopwatch.GetTimestamp() - before);
    }

    /// <summary>Milliseconds of a single search.</summary>
    public double QuantileMs(double quantile)
    {
        var sorted = _ticks.Order().ToArray();
        return Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(quantile * sorted.Length) - 1)] * 1e3 / Stopwatch.Frequency, 4);
    }
}
