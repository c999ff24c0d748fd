using Streaming.Memory.Search;

namespace Streaming.Memory.Recall;

/// <summary>
/// Estimates the recall of real searches: a few of them are repeated exactly, on the same version at the same clock reading, off the caller's path. Safe
/// for any thread.
/// </summary>
/// <remarks>
/// One exact search runs at a time, and after it nothing for as long as keeps all of them within their share of a core, so a larger namespace is
/// sampled more rarely. An approximate neighbour counts as found when it scores at least what the last exact one does, so equal scores never count as missed.
/// </remarks>
public sealed class RecallEstimator
{
    private const int MostSamples = 4_096;

    private readonly RecallOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<Action> _background;
    private readonly Lock _lock = new();
    private readonly Queue<(long At, int Found, int Wanted)> _samples = new();
    private long _searches = -1;
    private long _notBefore = long.MinValue;
    private int _busy;

    /// <param name="options">What may be spent.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="background">Runs an exact search.</param>
    internal RecallEstimator(RecallOptions options, TimeProvider time, Action<Action> background) => (_options, _time, _background) = (options, time, background);

    /// <summary>The estimate; null while there is none, as nothing was searched approximately of late.</summary>
    public RecallEstimate? Estimate
    {
        get
        {
            lock (_lock)
            {
                while (_samples.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.At) > _options.Window)
                    _samples.Dequeue();
                return _samples.Count == 0 ? null : new((double)_samples.Sum(s => (long)s.Found) / _samples.Sum(s => (long)s.Wanted), _samples.Count);
            }
        }
    }

    /// <summary>Tells of a search that was answered, which may become one of the sample; costs next to nothing where it does not.</summary>
    /// <param name="snapshot">What was searched.</param>
    /// <param name="query">With which vector; copied.</param>
    /// <param name="k">How many were wanted.</param>
    /// <param name="options">And how.</param>
    /// <param name="found">The answer.</param>
    public void Offer(MemorySnapshot snapshot, ReadOnlySpan<float> query, int k, SearchOptions? options, SearchResult found)
    {
        if (!found.Work.Path.HasFlag(SearchPath.Lists) || Interlocked.Increment(ref _searches) % _options.OneIn != 0)
            return;
        if (_time.GetTimestamp() < Volatile.Read(ref _notBefore) || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
            return;
        float[] vector = query.ToArray();
        MemorySnapshot same = snapshot.Again();
        _background(() =>
        {
            try
            {
                using (same)
                    Measure(same, vector, k, options, found);
            }
            finally
            {
                Volatile.Write(ref _busy, 0);
            }
        });
    }

    private void Measure(MemorySnapshot snapshot, float[] query, int k, SearchOptions? options, SearchResult found)
    {
        long started = _time.GetTimestamp();
        SearchResult exact = snapshot.Search(query, k, (options ?? new()) with { Exact = true, MaxLists = null, Budget = _options.Patience });
        TimeSpan took = _time.GetElapsedTime(started);
        TimeSpan pause = TimeSpan.FromTicks(Math.Max(_options.Spacing.Ticks, (long)(took.Ticks * (1 / _options.Share - 1))));
        Volatile.Write(ref _notBefore, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));
        if (exact.Work.Cut == SearchCut.None && exact.Neighbours.Count > 0)
            Add(found.Neighbours.Count(n => n.Score >= exact.Neighbours[^1].Score), exact.Neighbours.Count);
    }

    private void Add(int found, int wanted)
    {
        lock (_lock)
        {
            if (_samples.Count == MostSamples)
                _samples.Dequeue();
            _samples.Enqueue((_time.GetTimestamp(), Math.Min(found, wanted), wanted));
        }
    }
}
