using System.Numerics;
using System.Numerics.Tensors;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Training;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Upkeep;

/// <summary>
/// Decides when the lists need a new codebook, has it trained beside the writer, and moves the entries over, a bounded number at a time.
/// The writer's, but for the training itself.
/// </summary>
/// <param name="background">Runs the training; a task that may have ended already.</param>
internal sealed class Learner(
    NamespaceOptions options, RowStore rows, ListStore lists, VersionLog versions, Reclaimer reclaimer, Func<Func<Trained>, Task<Trained>> background)
{
    // A search scans all of them.
    private const int MostPartitions = 3;

    private const int FewestLists = 8;
    private const int MostLists = 4_096;
    private const int Growth = 2;

    // So many that memory waited for by one is fetched while others are computed.
    private const int Batch = 64;

    private readonly int[] _waiting = new int[Batch];
    private readonly int[] _nearestLists = new int[Batch];
    private readonly float[] _closeness = new float[Batch];
    private readonly float[] _vectors = new float[Batch * options.Dimension];
    private int _waitingCount;
    private byte[] _codes = [];
    private readonly DriftDetector _drift = new();
    private NearestCentroid? _nearest;
    private Task<Trained>? _training;
    private readonly RecentRows _recent = new();
    private bool _isRequested;
    private TrainingPlan _plan = TrainingPlan.Whole; // Of the last training.

    /// <summary>How far new vectors lie from their centroids, relative to the training sample; 1 = as trained.</summary>
    public double Drift => _drift.Ratio;

    /// <summary>True while there are entries to move.</summary>
    public bool IsMoving => lists.Partitions.Length > 1;

    /// <summary>Asks for a training that nothing else asks for.</summary>
    public void Request() => _isRequested = true;

    /// <summary>Takes a new row that searches are to find, at the latest after <see cref="PlaceWaiting"/>.</summary>
    public void Append(int row)
    {
        _recent.Add(row);
        Place(row, isNew: true);
    }

    /// <summary>Puts the rows that wait where searches find them.</summary>
    public void PlaceWaiting() => PlaceWaiting(areNew: true);

    /// <summary>Has new entries go to lists that were trained before a restart. Those of the partition before are there until they are dropped.</summary>
    /// <param name="trained">What the lists are made of.</param>
    /// <param name="isRough">As in <see cref="Partition.IsRough"/>: a better training is due then, once nothing moves.</param>
    public void Resume(Trained trained, bool isRough)
    {
        _plan = isRough ? TrainingPlan.Second : TrainingPlan.Whole;
        Begin(trained);
    }

    /// <summary>Starts a training that is due, takes one that is done, or moves entries.</summary>
    /// <param name="budget">Entries to move, about.</param>
    public void Run(int budget)
    {
        if (_training is { IsCompleted: true })
            Take();
        else if (_training is null && IsDue())
            Start();
        else
            Move(budget);
    }

    /// <summary>Moves entries, if there are any to move.</summary>
    /// <param name="budget">Entries to move, about.</param>
    /// <returns>Entries moved.</returns>
    public int Move(int budget)
    {
        if (!IsMoving)
            return 0;
        Partition old = lists.Partitions[0];
        int moved = 0;
        foreach (PostingList list in old.Lists)
        {
            foreach (ListChunk chunk in list.Chunks)
            {
                if (moved >= budget)
                    return moved;
                moved += chunk.Count;
                Move(chunk);
            }
        }
        lists.Drop(old);
        return moved;
    }

    private void Start()
    {
        _isRequested = false;
        var (last, plan) = (_plan, _plan.Next(_drift.HasDrifted));
        int wanted = Wanted(), samples = wanted * plan.SamplesPerList;
        // Of content that moves, half of the sample is what came last.
        int[] recent = last.IsStep || plan.IsStep ? _recent.Newest(samples / 2) : [];
        double share = Math.Min(1, (double)(samples - recent.Length) / lists.LiveEntries);
        _plan = plan;
        lists.Current.IsRough |= plan.IsStep;
        _recent.Mark();
        _training = background(() => Train(wanted, plan.Iterations, share, recent));
        if (_training.IsCompleted)
            Take();
    }

    private bool IsDue()
    {
        if (lists.Current.Codebook is not { } codebook)
            return lists.LiveEntries >= options.TrainAt;
        if (IsMoving)
            return lists.Partitions.Length < MostPartitions && (_plan == TrainingPlan.Whole ? _drift.HasDrifted : _plan == TrainingPlan.First && _recent.AreAllAfterMark);
        return _isRequested || _drift.HasDrifted || _plan.IsStep || Wanted() >= codebook.Lists * Growth;
    }

    private int Wanted() =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(lists.LiveEntries / options.EntriesPerList)), FewestLists, MostLists);

    private Trained Train(int wanted, int iterations, double share, int[] recent)
    {
        var (sample, held) = new Sampler(options, rows, lists, versions).Take(share, recent);
        if (sample.Length == 0)
            sample = new float[options.Dimension]; // Everything ended since: any codebook will do.
        CodebookTrainer trainer = new(options.Metric, options.Dimension, options.Seed);
        Codebook codebook = trainer.Train(sample, Math.Min(wanted, sample.Length / options.Dimension), iterations);
        NearestCentroid nearest = new(codebook);
        return new Trained(codebook, new CentroidScan(codebook), nearest, trainer.Distortion(held, nearest));
    }

    private void Take()
    {
        Task<Trained> training = _training!;
        _training = null; // Also where it failed: that is said once, and another one is tried.
        Begin(training.GetAwaiter().GetResult()); // It has ended.
    }

    private void Begin(Trained trained)
    {
        _nearest = trained.Nearest;
        _codes = new byte[trained.Codebook.Codes];
        _drift.Reset(trained.Distortion);
        lists.Begin(trained);
        lists.Current.IsRough = _plan.IsStep;
    }

    private void Place(int row, bool isNew)
    {
        if (_nearest is null)
        {
            lists.Append(lists.Current.Lists[0], row, []);
            return;
        }
        _waiting[_waitingCount++] = row;
        if (_waitingCount == Batch)
            PlaceWaiting(isNew);
    }

    // Entries that move come list by list, which says nothing of drift.
    private void PlaceWaiting(bool areNew)
    {
        for (int i = 0; i < _waitingCount; i++)
        {
            rows.Vectors.Read(rows[_waiting[i]], Vector(i));
            SearchRun.Prepare(options.Metric, Vector(i), Vector(i));
        }
        _nearest?.Find(_vectors.AsSpan(0, _waitingCount * options.Dimension), _nearestLists.AsSpan(0, _waitingCount), _closeness);
        for (int i = 0; i < _waitingCount; i++)
        {
            if (areNew)
            {
                float square = TensorPrimitives.SumOfSquares<float>(Vector(i));
                _drift.Add(square - 2 * _closeness[i], square);
            }
            lists.Current.Lists[_nearestLists[i]].Tail?.PrefetchNext();
        }
        for (int i = 0; i < _waitingCount; i++)
        {
            lists.Current.Codebook!.Encode(Vector(i), _nearestLists[i], _codes);
            lists.Append(lists.Current.Lists[_nearestLists[i]], _waiting[i], _codes);
        }
        _waitingCount = 0;
    }

    private void Move(ListChunk chunk)
    {
        List<int> dropped = [], ended = [];
        foreach (int row in chunk.Rows)
        {
            rows[row].PrefetchHead();
            rows[row].PrefetchVector(rows.Vectors.Bytes);
        }
        foreach (int row in chunk.Rows)
        {
            long end = rows[row].End;
            if (end <= versions.Horizon)
            {
                dropped.Add(row);
                continue;
            }
            Place(row, isNew: false);
            if (end != Row.NeverEnds)
                ended.Add(row);
        }
        PlaceWaiting(areNew: false);
        foreach (int row in ended)
            reclaimer.NoteEnded(row, rows[row], rows[row].End);
        reclaimer.Unlink(chunk, dropped);
    }

    private Span<float> Vector(int i) => _vectors.AsSpan(i * options.Dimension, options.Dimension);
}
