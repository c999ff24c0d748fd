using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Streaming.Core.Topologies;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>
/// Gathers the model's steps of all user tasks of one stream thread into batches, and publishes the features of a batch in the order of their
/// events. A batch goes when it is full, when its oldest event has waited for the budget, and at the end of every poll: a quiet stream waits for nothing.
/// </summary>
/// <remarks>
/// Hot path; owned by the stream thread, except <see cref="Offer"/>. <b>What is published does not depend on the batches</b>: a feature record is
/// frozen when its event is applied, and the model's numbers do not depend on the batch. The model and the creative contents that it takes are
/// changed only between two batches, and together.
/// </remarks>
public sealed partial class SequenceBatcher : IDisposable
{
    private readonly BatchOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly List<PendingFeature> _pending = [];
    private readonly Lock _offering = new();
    private volatile ISequenceModel _model;
    private volatile CreativeTable _contents;
    private volatile Offered? _offered;
    private SequenceStep[] _steps = [];
    private float[] _embeddings = [];
    private long _oldest;

    // The first of _pending have their embedding and wait for the lease alone.
    private int _stepped;

    /// <summary>Takes over <paramref name="model"/>, and disposes it in the end.</summary>
    public SequenceBatcher(ISequenceModel model, CreativeTable contents, SequenceCache cache, BatchOptions options, RuntimeMetrics metrics, TimeProvider clock, ILogger logger)
    {
        (_model, _contents, Cache, _options, _metrics, _clock, _logger) = (model, contents, cache, options, metrics, clock, logger);
        Fit();
    }

    /// <summary>The model of the present batch. May be read anywhere.</summary>
    public ISequenceModel Model => _model;

    /// <summary>The creative contents of the present batch. May be read anywhere.</summary>
    public CreativeTable Contents => _contents;

    /// <summary>The users' states of that model.</summary>
    public SequenceCache Cache { get; }

    /// <summary>Tokens of a full batch: what the topology and the model say, as far as the cache can hold that many full states.</summary>
    public int MaxBatch { get; private set; }

    /// <summary>Hands over what takes the place of the present model and contents at the next event, both at once. Any thread.</summary>
    /// <param name="model">Null: the model stays, or the one that was offered before.</param>
    /// <param name="contents">What it takes.</param>
    public void Offer(ISequenceModel? model, CreativeTable contents)
    {
        lock (_offering)
        {
            var waiting = _offered?.Model;
            if (model is not null)
                waiting?.Dispose();
            _offered = new(model ?? waiting, contents);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pending.Clear();
        Cache.Clear();
        _model.Dispose();
        _offered?.Model?.Dispose();
    }

    /// <summary>Before an event: lets go what has waited long enough, and changes the model if another was offered.</summary>
    internal void Begin()
    {
        var change = _offered is not null;
        if (_pending.Count > 0 && (change || _stepped > 0 || _clock.GetElapsedTime(_oldest) >= _options.Budget))
            Flush();
        if (change && _pending.Count == 0)
            TakeOver(TakeOffer());
    }

    /// <summary>Queues the step of an event whose state is pinned.</summary>
    /// <exception cref="SequenceModelException">The batch was full, and the model failed on it.</exception>
    internal void Add(in PendingFeature feature)
    {
        if (_pending.Count == 0)
            _oldest = _clock.GetTimestamp();
        _pending.Add(feature);
        if (_pending.Count - _stepped >= MaxBatch)
            Flush();
    }

    /// <summary>Steps what is pending and publishes it, in order, as far as the lease allows.</summary>
    /// <returns>True when nothing is left; else it goes with the next call after the lease was renewed.</returns>
    /// <exception cref="SequenceModelException">The model failed.</exception>
    internal bool Flush()
    {
        if (_stepped < _pending.Count)
            Step();
        var published = 0;
        // A step takes time, and a pause may have come with it: the lease is looked at again before each record.
        while (published < _pending.Count && _pending[published].Output.MayPublish)
            Publish(_pending[published++]);
        _pending.RemoveRange(0, published);
        _stepped -= published;
        return _pending.Count == 0;
    }

    /// <summary>Something of a task waits.</summary>
    internal bool Holds(UserProcessor owner) => _pending.Exists(p => p.Owner == owner);

    /// <summary>A task goes: what it has not published is dropped with its state.</summary>
    internal void Drop(UserProcessor owner)
    {
        _stepped -= _pending.Take(_stepped).Count(p => p.Owner == owner);
        _pending.RemoveAll(p => p.Owner == owner);
    }

    private void Step()
    {
        var count = _pending.Count - _stepped;
        for (var i = 0; i < count; i++)
            _steps[i] = _pending[_stepped + i].Step;
        var width = _model.Dimension;
        var started = _clock.GetTimestamp();
        try
        {
            _model.Step(_steps.AsSpan(0, count), _embeddings.AsSpan(0, count * width));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new SequenceModelException($"model '{_model.Version}' failed on a batch of {count}: {e.Message}", e);
        }
        _metrics.Stepped(_clock.GetElapsedTime(started), count);
        for (var i = 0; i < count; i++)
            Fill(_pending[_stepped + i], _embeddings.AsSpan(i * width, width));
        Array.Clear(_steps, 0, count);
        _stepped = _pending.Count;
        Cache.Unpin();
    }

    private static void Fill(in PendingFeature feature, ReadOnlySpan<float> embedding)
    {
        var numbers = feature.Features.Embedding;
        numbers.Capacity = embedding.Length;
        foreach (var number in embedding)
            numbers.Add(number);
    }

    private static void Publish(in PendingFeature feature) =>
        feature.Output.Publish(feature.Record with { Value = feature.Features.ToByteArray() }, feature.Cause, feature.EventTimeMs);

    private Offered TakeOffer()
    {
        lock (_offering)
        {
            var offered = _offered!;
            _offered = null;
            return offered;
        }
    }

    // Old K/V are worth nothing to another model, nor to one that is given another encoder's embeddings: every user's state is rebuilt from
    // history at the user's next event. Another codebook touches no K/V.
    private void TakeOver(Offered offered)
    {
        var (old, model) = (_model, offered.Model ?? _model);
        if (model != old || offered.Contents.Versions.Encoder != _contents.Versions.Encoder)
        {
            LogTakesOver(model.Version, model.Trained, old.Version, Cache.Count);
            Cache.Clear();
        }
        if (offered.Contents != _contents)
            LogContents(offered.Contents.Versions.Encoder, offered.Contents.Versions.Codebook, _contents.Versions.Encoder, _contents.Versions.Codebook);
        (_model, _contents) = (model, offered.Contents);
        if (model == old)
            return;
        old.Dispose();
        Fit();
    }

    private void Fit()
    {
        var wanted = Math.Min(_options.Max, _model.MaxBatch);
        MaxBatch = (int)Math.Clamp(Cache.BudgetBytes / Math.Max(1, _model.MaxStateBytes), 1, wanted);
        if (MaxBatch < wanted)
            LogLowered(MaxBatch, wanted, Cache.BudgetBytes, _model.MaxStateBytes);
        _steps = new SequenceStep[MaxBatch];
        _embeddings = new float[MaxBatch * _model.Dimension];
    }

    [LoggerMessage(311, LogLevel.Information, "Model {Version} (trained: {Trained}) takes over from {Old}; K/V of {Users} users dropped, each is rebuilt at its next event")]
    private partial void LogTakesOver(string version, bool trained, string old, int users);

    [LoggerMessage(313, LogLevel.Information, "Creative features of encoder {Encoder} and codebook {Codebook} take over from {OldEncoder} and {OldCodebook}")]
    private partial void LogContents(string encoder, string codebook, string oldEncoder, string oldCodebook);

    private sealed record Offered(ISequenceModel? Model, CreativeTable Contents);

    [LoggerMessage(312, LogLevel.Warning, "Batches hold {MaxBatch} tokens instead of {Wanted}: users.cache_bytes is {BudgetBytes}, and one user of this model may need {StateBytes}")]
    private partial void LogLowered(int maxBatch, int wanted, long budgetBytes, long stateBytes);
}
