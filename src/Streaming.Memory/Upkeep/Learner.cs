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
/// Decides when the lists need a new codebook, has it trained beside the writer, and moves the entries over, a bounded number at each publish.
/// The writer's, but for the training itself.
/// </summary>
/// <param name="background">Runs the training; a task that may have ended already.</param>
internal sealed class Learner(
    NamespaceOptions options, RowStore rows, ListStore lists, VersionLog versions, Reclaimer reclaimer, Func<Func<Trained>, Task<Trained>> background)
{
    private const int SamplesPerList = 64;
    private const int FewestLists = 8;
    private const int MostLists = 4_096;
    private const int Growth = 2;

    // So many that memory waited for by one is fetched while others are computed.
    private const int Batch = 64;

    private readonly int[] _waiting = new int[Batch];
    private readonly int[] _nearestLists = new int[Batch];
    private readonly float[] _vectors = new float[Batch * options.Dimension];
    private int _waitingCount;
    private byte[] _codes = [];
    private readonly DriftDetector _drift = new();
    private NearestCentroid? _nearest;
    private Task<Trained>? _training;
    private bool _isRequested;

    /// <summary>How far new vectors lie from their centroids, relative to the training sample; 1 = as trained.</summary>
    public double Drift => _drift.Ratio;

    /// <summary>Asks for a training that nothing else asks for.</summary>
    public void Request() => _isRequested = true;

    /// <summary>Takes a row that searches are to find, at the latest after <see cref="PlaceWaiting"/>.</summary>
    public void Append(int row)
    {
        if (_nearest is null)
        {
            lists.Append(lists.Current.Lists[0], row, []);
            return;
        }
        _waiting[_waitingCount++] = row;
        if (_waitingCount == Batch)
            PlaceWaiting();
    }

    /// <summary>Puts the rows that wait where searches find them.</summary>
    public void PlaceWaiting()
    {
        for (int i = 0; i < _waitingCount; i++)
        {
            Span<float> vector = Vector(i);
            rows.Vectors.Read(rows[_waiting[i]], vector);
            SearchRun.Prepare(options.Metric, vector, vector);
            var (list, closeness) = _nearest!.Find(vector);
            float square = TensorPrimitives.SumOfSquares<float>(vector);
            _drift.Add(square - 2 * closeness, square);
            _nearestLists[i] = list;
            lists.Current.Lists[list].Tail?.PrefetchNext();
        }
        for (int i = 0; i < _waitingCount; i++)
        {
            lists.Current.Codebook!.Encode(Vector(i), _nearestLists[i], _codes);
            lists.Append(lists.Current.Lists[_nearestLists[i]], _waiting[i], _codes);
        }
        _waitingCount = 0;
    }

    /// <summary>Starts a training that is due, takes one that is done, and moves entries.</summary>
    /// <param name="budget">Entries to move, about.</param>
    public void Run(int budget)
    {
        if (lists.Partitions.Length > 1)
            MoveEntries(budget);
        else if (_training is null && IsDue())
            Start();
        else if (_training is { IsCompleted: true })
            Take();
    }

    private void Start()
    {
        _isRequested = false;
        int wanted = Wanted();
        double share = Math.Min(1, (double)wanted * SamplesPerList / lists.LiveEntries);
        _training = background(() => Train(wanted, share));
        if (_training.IsCompleted)
            Take();
    }

    private bool IsDue() => lists.Current.Codebook is { } codebook
        ? _isRequested || Wanted() >= codebook.Lists * Growth || _drift.HasDrifted
        : lists.LiveEntries >= options.TrainAt;

    private int Wanted() =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(lists.LiveEntries / options.EntriesPerList)), FewestLists, MostLists);

    private Trained Train(int wanted, double share)
    {
        var (sample, held) = new Sampler(options, rows, lists, versions).Take(share);
        if (sample.Length == 0)
            sample = new float[options.Dimension]; // Everything ended since: any codebook will do.
        CodebookTrainer trainer = new(options.Metric, options.Dimension, options.Seed);
        Codebook codebook = trainer.Train(sample, Math.Min(wanted, sample.Length / options.Dimension));
        NearestCentroid nearest = new(codebook);
        return new Trained(codebook, new CentroidScan(codebook), nearest, trainer.Distortion(held, nearest));
    }

    private void Take()
    {
        Task<Trained> training = _training!;
        _training = null; // Also where it failed: that is said once, and another one is tried.
        (Codebook codebook, CentroidScan centroids, _nearest, float distortion) = training.GetAwaiter().GetResult(); // It has ended.
        _codes = new byte[codebook.Codes];
        _drift.Reset(distortion);
        lists.Begin(codebook, centroids);
    }

    private void MoveEntries(int budget)
    {
        Partition old = lists.Partitions[0];
        int moved = 0;
        foreach (PostingList list in old.Lists)
        {
            foreach (ListChunk chunk in list.Chunks)
            {
                if (moved >= budget)
                    return;
                moved += chunk.Count;
                Move(chunk);
            }
        }
        lists.Drop(old);
    }

    private void Move(ListChunk chunk)
    {
        List<int> dropped = [], ended = [];
        foreach (int row in chunk.Rows)
            rows[row].Prefetch(rows.Vectors.Bytes);
        foreach (int row in chunk.Rows)
        {
            long end = rows[row].End;
            if (end <= versions.Horizon)
            {
                dropped.Add(row);
                continue;
            }
            Append(row);
            if (end != Row.NeverEnds)
                ended.Add(row);
        }
        PlaceWaiting();
        foreach (int row in ended)
            reclaimer.NoteEnded(row, rows[row], rows[row].End);
        reclaimer.Unlink(chunk, dropped);
    }

    private Span<float> Vector(int i) => _vectors.AsSpan(i * options.Dimension, options.Dimension);
}
