using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Streaming.Models.SemanticIds;
using Streaming.Server.Commands;
using Streaming.Server.Output;

namespace Streaming.Server.Codebooks;

/// <summary>Trains and measures the codebooks of a study, except those that its log already holds.</summary>
internal sealed class CodebookSweep
{
    private const int BehaviourDimension = 32;
    private const int Iterations = 100;

    private readonly Catalogue _catalogue;
    private readonly string _dataset;
    private readonly ExperimentLog _log;
    private readonly NextItemSplit _validation;
    private readonly NextItemSplit _test;
    private readonly Dictionary<string, float[]> _rows = new(StringComparer.Ordinal);
    private readonly string _data;

    public CodebookSweep(Catalogue catalogue, string dataset, ExperimentLog log)
    {
        (_catalogue, _dataset, _log) = (catalogue, dataset, log);
        (_validation, _test) = (NextItemSplit.Of(catalogue.Log, held: 2), NextItemSplit.Of(catalogue.Log, held: 1));
        _data = Digest(catalogue);
    }

    /// <summary>Runs what is not known yet, in order.</summary>
    /// <param name="grid">What to train.</param>
    /// <param name="given">Codebooks and published IDs to measure beside.</param>
    /// <param name="progress">A step an experiment.</param>
    /// <param name="cancellationToken">Stops between experiments and in a training; the log keeps what is done.</param>
    public SweepStudy Run(SweepGrid grid, IReadOnlyList<SemanticIdTable> given, Progress progress, CancellationToken cancellationToken)
    {
        var experiments = grid.Experiments().ToList();
        var step = progress.Begin("experiments", experiments.Count + given.Count);
        List<SweepResult> results = [];
        var known = 0;
        foreach (var ids in given)
        {
            var experiment = new SweepExperiment("-", ids.Method, ids.Version, ids.Layers, ids.Size, "-", "-", 0);
            // A codebook's version may be reused while it is being worked on, so given ones are always measured.
            var result = Measure(experiment, ids, 0);
            if (_log.Find(experiment, _data) is not { } before || Answer.Line(before) != Answer.Line(result))
                _log.Append(result);
            step.Advance();
        }
        // Also those that were given to an earlier study.
        results.AddRange(_log.Given(_data));
        foreach (var experiment in experiments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = _log.Find(experiment, _data);
            known += result is null ? 0 : 1;
            if (result is null)
                _log.Append(result = Train(experiment, cancellationToken));
            results.Add(result);
            step.Advance();
        }
        return new SweepStudy(_dataset, _catalogue.Count, _test.Users().Count(), _catalogue.EncoderVersion, results, Baselines(), known);
    }

    private SweepResult Train(SweepExperiment experiment, CancellationToken cancellationToken)
    {
        var care = SweepCare.All.First(care => care.Name == experiment.Care);
        var rows = Rows(experiment.Embedding);
        var dimension = rows.Length / _catalogue.Count;
        var options = new RqKMeansOptions
        {
            CodebookVersion = "sweep",
            EncoderVersion = _catalogue.EncoderVersion,
            Layers = experiment.Layers,
            Size = experiment.Size,
            Iterations = Iterations,
            Initialisation = SweepGrid.InitialisationNames[experiment.Initialisation],
            NormaliseResiduals = care.NormaliseResiduals,
            Balanced = care.Balanced,
            Separation = care.Separation,
            Seed = experiment.Seed,
        };
        if (_catalogue.Count < options.Size)
            throw new CommandException($"--shapes {experiment.Shape}: the data set has only {_catalogue.Count} creatives");
        var started = Stopwatch.GetTimestamp();
        var codebook = RqKMeansTrainer.Train(rows, dimension, options, null, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return Measure(experiment, SemanticIdTable.Of(codebook, rows), seconds);
    }

    private SweepResult Measure(SweepExperiment experiment, SemanticIdTable ids, double seconds)
    {
        var metrics = ids.Measure();
        return new SweepResult(
            SweepResult.CurrentStudy, _data, _dataset, _catalogue.EncoderVersion, experiment, metrics.Collision,
            [.. metrics.Levels.Select(level => Math.Round(level.Utilisation, 4))],
            [.. metrics.Levels.Select(level => Math.Round(level.Perplexity, 2))],
            [.. metrics.Levels.Select(level => Math.Round(level.Gini, 4))],
            NextItemRecall.OfIds(ids.Codes, ids.Layers, _validation), NextItemRecall.OfIds(ids.Codes, ids.Layers, _test), Math.Round(seconds, 2));
    }

    private float[] Rows(string embedding)
    {
        if (!_rows.TryGetValue(embedding, out var rows))
        {
            rows = embedding switch
            {
                "text" => _catalogue.Rows,
                // From what both splits may train on, so that one codebook serves validation and test.
                "behaviour" => BehaviourEmbedding.Compute(_validation, BehaviourDimension, seed: 1),
                _ => Concatenate(Rows("text"), Rows("behaviour")),
            };
            _rows.Add(embedding, rows);
        }
        return rows;
    }

    private float[] Concatenate(float[] first, float[] second)
    {
        var (a, b) = (first.Length / _catalogue.Count, second.Length / _catalogue.Count);
        var rows = new float[first.Length + second.Length];
        for (var item = 0; item < _catalogue.Count; item++)
        {
            first.AsSpan(item * a, a).CopyTo(rows.AsSpan(item * (a + b)));
            second.AsSpan(item * b, b).CopyTo(rows.AsSpan((item * (a + b)) + a));
        }
        return rows;
    }

    private IReadOnlyList<SweepBaseline> Baselines() =>
    [
        new("ten items at random", NextItemRecall.OfChance(_validation), NextItemRecall.OfChance(_test)),
        new("the ten most popular", NextItemRecall.OfPopularity(_validation), NextItemRecall.OfPopularity(_test)),
        new("the same chain over item numbers, without semantic IDs", NextItemRecall.OfItems(_validation), NextItemRecall.OfItems(_test)),
    ];

    // Rounded, as the last bits of an embedding may differ between processor types.
    private static string Digest(Catalogue catalogue)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(catalogue.Rows.Select(value => (int)Math.Round(value * 1e3)).ToArray().AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(catalogue.Log.Items));
        for (var user = 0; user < catalogue.Log.UserCount; user++)
            hash.AppendData(BitConverter.GetBytes(catalogue.Log.Start(user)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
