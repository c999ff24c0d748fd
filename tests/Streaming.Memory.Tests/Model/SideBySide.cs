using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Snapshots;
using Streaming.Memory.Tests.Snapshots;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Tests.Model;

/// <summary>A namespace and the oracle, given the same operations: their outcomes, answers and departures must be equal.</summary>
/// <param name="options">Of both.</param>
/// <param name="effort">Of each search; null = the namespace's own.</param>
/// <param name="fault">What the oracle gets wrong.</param>
/// <param name="leastUpkeep">As in <see cref="UpkeepPace"/>.</param>
internal sealed class SideBySide(NamespaceOptions options, SearchOptions? effort = null, OracleFault fault = OracleFault.None, int leastUpkeep = UpkeepPace.Least)
{
    private readonly ManualTime _time = new();
    private readonly Oracle _oracle = new(options, fault);
    private readonly List<(MemorySnapshot Actual, Oracle.Pinned Expected)> _snapshots = [];
    private readonly List<(long NowMs, Operation Operation)> _sinceCapture = [];
    private readonly List<(string Id, DepartureReason Reason, WriteStamp Stamp)> _toldSinceCapture = [];
    private readonly List<(string Id, DepartureReason Reason, WriteStamp Stamp)> _departures = [];
    private VectorNamespace _memory = null!;
    private SnapshotCapture? _captured;

    /// <returns>The most lists there were.</returns>
    public int Run(Operation[] operations)
    {
        _memory = new VectorNamespace(options, _time, train => Task.FromResult(train()), leastUpkeep) { Departed = Departed };
        int lists = 0;
        foreach (Operation operation in operations)
        {
            Step(operation);
            lists = Math.Max(lists, _memory.Lists);
            Assert.Equal(_oracle.Departures.Order(), _departures.Order());
            _toldSinceCapture.AddRange(_departures);
            _oracle.Departures.Clear();
            _departures.Clear();
        }

        // Every snapshot again, after all that came later.
        for (int i = 0; i < _snapshots.Count; i++)
        {
            Query(new(i, [1, 2, -1], 100, null, "a"));
            Query(new(i, [-2, 1, 3], 2, "red", "b"));
        }
        _captured?.Dispose();
        return lists;
    }

    private void Departed(Departure left) => _departures.Add((left.Id, left.Reason, left.Stamp));

    private void Step(Operation operation)
    {
        _sinceCapture.Add((_time.NowMs, operation));
        switch (operation)
        {
            case Operation.Upsert write:
                Assert.Equal(
                    _oracle.Upsert(write, _time.NowMs),
                    _memory.Upsert(write.Id, write.Vector, new Dictionary<string, string> { ["color"] = write.Color }, write.Stamp, write.ValidUntilMs, write.ValidFromMs));
                break;
            case Operation.Delete delete:
                Assert.Equal(_oracle.Delete(delete.Id, delete.Stamp), _memory.Delete(delete.Id, delete.Stamp));
                break;
            case Operation.DeleteWhere delete:
                Assert.Equal(
                    _oracle.DeleteWhere(delete.Color, delete.Stamp),
                    _memory.DeleteWhere(new Dictionary<string, string> { ["color"] = delete.Color }, delete.Stamp));
                break;
            case Operation.Advance advance:
                _time.NowMs += advance.Ms;
                break;
            case Operation.Expire:
                Assert.Equal(_oracle.Expire(_time.NowMs), _memory.Expire(_time.GetUtcNow()));
                break;
            case Operation.RemoveSource remove:
                Assert.Equal(_oracle.RemoveSource(remove.Source), _memory.RemoveSource(remove.Source));
                break;
            case Operation.Publish:
                _oracle.Publish();
                _memory.Publish();
                break;
            case Operation.TakeSnapshot:
                _snapshots.Add((_memory.Snapshot(), _oracle.Snapshot(_time.NowMs)));
                break;
            case Operation.Capture:
                Capture();
                break;
            case Operation.Restart:
                Restart();
                break;
            case Operation.Query query:
                Query(query);
                break;
        }
    }

    private void Capture()
    {
        _oracle.Publish();
        _memory.Publish();
        _captured?.Dispose();
        _captured = _memory.Capture("law", []);
        _sinceCapture.Clear();
        _toldSinceCapture.Clear();
    }

    private void Restart()
    {
        if (_captured is null)
            Capture();
        using SnapshotFile file = new(_captured!);
        _captured!.Dispose();
        _captured = null;
        _memory = VectorNamespace.Restore(options, _time, file.Path, train => Task.FromResult(train()), leastUpkeep).Namespace;
        _memory.Departed = Departed;
        _memory.Publish();
        Assert.Empty(_departures);
        long nowMs = _time.NowMs;
        foreach (var (thenMs, operation) in _sinceCapture)
        {
            _time.NowMs = thenMs;
            Replay(operation);
        }
        _time.NowMs = nowMs;
        // What left since is told again, and nothing else.
        Assert.Equal(_toldSinceCapture.Order(), _departures.Order());
        _departures.Clear();
    }

    private void Replay(Operation operation)
    {
        switch (operation)
        {
            case Operation.Upsert write:
                _memory.Upsert(write.Id, write.Vector, new Dictionary<string, string> { ["color"] = write.Color }, write.Stamp, write.ValidUntilMs, write.ValidFromMs);
                break;
            case Operation.Delete delete:
                _memory.Delete(delete.Id, delete.Stamp);
                break;
            case Operation.DeleteWhere delete:
                _memory.DeleteWhere(new Dictionary<string, string> { ["color"] = delete.Color }, delete.Stamp);
                break;
            case Operation.Expire:
                _memory.Expire(_time.GetUtcNow());
                break;
            case Operation.RemoveSource remove:
                _memory.RemoveSource(remove.Source);
                break;
            case Operation.Publish:
                _memory.Publish();
                break;
        }
    }

    private void Query(Operation.Query query)
    {
        if (_snapshots.Count == 0)
            return;
        var (actual, expected) = _snapshots[query.Pick % _snapshots.Count];
        SearchOptions filter = (effort ?? new()) with
        {
            Where = query.Color is null ? null : new Dictionary<string, string> { ["color"] = query.Color },
            MinScore = query.MinScore,
            HalfLife = query.HalfLifeMs == 0 ? null : TimeSpan.FromMilliseconds(query.HalfLifeMs),
        };
        var found = actual.Search(query.Vector, query.K, filter).Neighbours;
        Assert.Equal(
            expected.Search(query.Vector, query.K, query.Color, query.HalfLifeMs, query.MinScore), found.Select(n => (n.Id, n.Score, n.Attributes["color"], n.EventTimeMs)).ToList());
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.CountOf("red"), actual.CountWhere(new Dictionary<string, string> { ["color"] = "red" }));

        var entry = expected.Get(query.Id);
        Assert.Equal(entry is not null, actual.TryGet(query.Id, out var held));
        Assert.Equal(entry?.Stamp, held?.Stamp);
        Assert.Equal(entry?.Vector ?? [], held is null ? [] : held.Vector.ToArray());
    }
}
