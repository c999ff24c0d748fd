using System.Globalization;
using Streaming.Models.Hstu.Cpu;

namespace Streaming.Models.Hstu;

/// <summary>Runs an HSTU model one token at a time, on one core. One owner thread.</summary>
/// <remarks>
/// Source: Zhai et al. 2024 (arXiv 2402.17152), with keys and values computed once. K/V lie in native pages (<see cref="KvLayout"/>), rounded to
/// bf16 unless the options say otherwise; the token itself sees the rounded row, so a rebuild gives the same bits. <b>A user's numbers are the
/// same bits</b> whatever the batch, the register width, the place in the ring, and whether tokens came by <see cref="Step"/> or <see cref="Append"/>.
/// <para>
/// With <see cref="HstuTimeAnchor.Next"/> an event computes two rows: that of the token before it, with the event's time as anchor, whose K/V are then final;
/// and its own, anchored to its own time, for the embedding. The next event overwrites the K/V of the latter. Without a time bias both
/// anchors are one, and one row is computed.
/// </para>
/// Hot path: a step allocates nothing but, now and then, a slab of K/V memory. A sequence dropped without Dispose keeps its pages until the engine is disposed.
/// </remarks>
public sealed class CpuHstuEngine : IHstuEngine
{
    /// <summary>Largest magnitude of a content value; embeddings are L2-normalised, so more is a bug upstream that would poison the K/V.</summary>
    public const float MaxContentMagnitude = 1e6f;

    private readonly HstuConfig _config;
    private readonly KvLayout _layout;
    private readonly KvArena _arena;
    private readonly LayerStack _layers;
    private readonly BatchRows _rows;
    private readonly bool _twoRows;
    private readonly HstuStep[] _chunk;
    private readonly long[] _tokens;

    /// <summary>Creates an engine without sequences, its scratch included.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message lists every violation.</exception>
    public CpuHstuEngine(HstuModel model, HstuEngineOptions options)
    {
        (Model, _config) = (model, model.Config);
        _layout = new KvLayout(_config, options.KvPrecision);
        var violations = HstuEngineOptionsValidator.Validate(options, _layout.MaxSequenceBytes);
        if (violations.Count > 0) throw new ArgumentException($"The HSTU engine's options are not valid: {string.Join("; ", violations)}");

        MaxBatch = options.MaxBatch;
        _twoRows = _config.TimeAnchor == HstuTimeAnchor.Next && _config.TimeBias;
        var rows = _twoRows ? 2 * MaxBatch : MaxBatch;
        _arena = new KvArena(_layout, options.CapacityBytes);
        _layers = new LayerStack(model, CpuKernels.Create(options.Simd, options.KvPrecision), _layout, MaxBatch, rows);
        _rows = new BatchRows(rows, _config.Window, _config.TimeBias);
        _chunk = new HstuStep[MaxBatch];
        _tokens = new long[MaxBatch];
    }

    /// <inheritdoc />
    public HstuModel Model { get; }

    /// <inheritdoc />
    public int MaxBatch { get; }

    /// <inheritdoc />
    public int RebuildTokens => _config.RebuildTokens;

    /// <inheritdoc />
    public long MaxSequenceBytes => _layout.MaxSequenceBytes;

    /// <summary>K/V bytes that sequences hold, at most the options' capacity.</summary>
    public long UsedBytes => _arena.UsedBytes;

    internal bool IsDisposed => _arena.IsDisposed;

    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public IHstuSequence CreateSequence()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new KvSequence(this, _arena, _layout, _twoRows ? Model.Weights.Width : 0);
    }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The capacity is used up. No sequence was changed; the caller disposes others and tries again.</exception>
    /// <exception cref="ObjectDisposedException">The engine or a sequence is disposed. No sequence was changed.</exception>
    public void Step(ReadOnlySpan<HstuStep> batch, Span<float> embeddings)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (batch.Length > MaxBatch) throw new ArgumentException($"The batch has {batch.Length} tokens; MaxBatch is {MaxBatch}.");
        if (embeddings.Length != batch.Length * _config.OutputWidth)
            throw new ArgumentException($"The embeddings have {embeddings.Length} floats; {batch.Length} rows of {_config.OutputWidth} are needed.");
        for (var i = 0; i < batch.Length; i++)
        {
            Require(batch[i].Sequence, i);
            if (TokenRules.Violation(_config, batch[i].Token) is { } violation) throw Refused(i, violation);
        }
        Run(batch, answers: true, embeddings);
    }

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">The capacity is used up. The sequence holds the tokens before this chunk; the caller disposes it.</exception>
    /// <exception cref="ObjectDisposedException">The engine or the sequence is disposed.</exception>
    public void Append(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Require(sequence, 0);
        for (var done = 0; done < tokens.Length;)
        {
            var count = 0;
            string? violation = null;
            for (; count < MaxBatch && done + count < tokens.Length; count++)
            {
                violation = TokenRules.Violation(_config, tokens[done + count]);
                if (violation is not null) break;
                _chunk[count] = new HstuStep(sequence, tokens[done + count]);
            }
            Run(_chunk.AsSpan(0, count), answers: false, []);
            _chunk.AsSpan(0, count).Clear();
            done += count;
            if (violation is not null) throw Refused(done, violation);
        }
    }

    /// <summary>Frees the K/V memory; its sequences are of no more use. Disposing a sequence later is allowed.</summary>
    public void Dispose() => _arena.Dispose();

    private void Require(IHstuSequence sequence, int row)
    {
        if (sequence is not KvSequence own || own.Owner != this) throw Refused(row, "the sequence belongs to another engine");
        ObjectDisposedException.ThrowIf(own.IsDisposed, own);
    }

    private static ArgumentException Refused(int row, string violation) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Row {row} is refused: {violation}."));

    // Everything that can fail comes before anything that changes a sequence.
    private void Run(ReadOnlySpan<HstuStep> batch, bool answers, Span<float> embeddings)
    {
        if (batch.IsEmpty) return;
        StageOrNone(batch);
        _layers.Embed(batch);
        if (_twoRows) AddTwoRows(batch, answers);
        else AddRows(batch, answers);
        _layers.Run(_rows);
        if (answers) _layers.Answer(_rows, embeddings);
        foreach (ref readonly var step in batch) Own(step).Commit();
        _rows.Clear();
    }

    private void StageOrNone(ReadOnlySpan<HstuStep> batch)
    {
        var staged = false;
        try
        {
            for (var i = 0; i < batch.Length; i++) _tokens[i] = Stage(Own(batch[i]));
            staged = true;
        }
        finally
        {
            if (!staged)
            {
                foreach (ref readonly var step in batch) Own(step).Unstage();
            }
        }
    }

    private long Stage(KvSequence sequence)
    {
        if (sequence.TryStage()) return sequence.StagedCount - 1;
        throw new InvalidOperationException(
            $"K/V memory is used up: {_arena.UsedBytes} of {_arena.CapacityBytes} bytes are held, and a page of {_layout.PageBytes} is needed. Dispose other sequences first.");
    }

    private void AddRows(ReadOnlySpan<HstuStep> batch, bool answers)
    {
        _rows.Begin(answers ? 0 : batch.Length, answers ? batch.Length : 0);
        for (var i = 0; i < batch.Length; i++)
        {
            var sequence = Own(batch[i]);
            var time = batch[i].Token.EventTimeSeconds;
            sequence.Time(_tokens[i]) = time;
            _layers.Embedded(i).CopyTo(_layers.Residual(_rows.Add(sequence, _tokens[i], time, answers)));
        }
    }

    private void AddTwoRows(ReadOnlySpan<HstuStep> batch, bool answers)
    {
        var commits = 0;
        for (var i = 0; i < batch.Length; i++) commits += _tokens[i] > 0 ? 1 : 0;
        _rows.Begin(commits, answers ? batch.Length : 0);
        for (var i = 0; i < batch.Length; i++)
        {
            var sequence = Own(batch[i]);
            var time = batch[i].Token.EventTimeSeconds;
            // Before this token's time is written: its slot may be that of the oldest token that the one before it attends to.
            if (_tokens[i] > 0) sequence.Pending.CopyTo(_layers.Residual(_rows.Add(sequence, _tokens[i] - 1, time, answer: false)));
            sequence.Time(_tokens[i]) = time;
            if (answers) _layers.Embedded(i).CopyTo(_layers.Residual(_rows.Add(sequence, _tokens[i], time, answer: true)));
            _layers.Embedded(i).CopyTo(sequence.Pending);
        }
    }

    private static KvSequence Own(in HstuStep step) => (KvSequence)step.Sequence;
}
