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

    private readonly float[] _vector = new float[options.Dimension];
    private readonly float[] _prepared = new float[options.Dimension];
    private byte[] _codes = [];
    private readonly DriftDetector _drift = new();
    private NearestCentroid? _nearest;
    private Task<Trained>? _training;
    private bool _isRequested;

    /// <summary>How far new vectors lie from their centroids, relative to the training sample; 1 = as trained.</summary>
    public double Drift => _drift.Ratio;

    /// <summary>Asks for a training that nothing else asks for.</summary>
    public void Request() => _isRequested = true;

    /// <summary>Puts a row where searches find it.</summary>
    public void Append(int row, ReadOnlySpan<float> vector)
    {
        if (lists.Current.Codebook is not { } codebook)
        {
            lists.Append(lists.Current.Lists[0], row, []);
            return;
        }
        SearchRun.Prepare(options.Metric, vector, _prepared);
        var (list, closeness) = _nearest!.Find(_prepared);
        float square = TensorPrimitives.SumOfSquares<float>(_prepared);
        _drift.Add(square - 2 * closeness, square);
        codebook.Encode(_prepared, list, _codes);
        lists.Append(lists.Current.Lists[list], row, _codes);
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
        List<int> dropped = [];
        for (int entry = 0; entry < chunk.Count; entry++)
        {
            int row = chunk.RowOf(entry);
            Row record = rows[row];
            long end = record.End;
            if (end <= versions.Horizon)
            {
                dropped.Add(row);
                continue;
            }
            rows.Vectors.Read(record, _vector);
            Append(row, _vector);
            if (end != Row.NeverEnds)
                reclaimer.NoteEnded(row, record, end);
        }
        reclaimer.Unlink(chunk, dropped);
    }
}
