namespace Streaming.Models.Hstu;

/// <summary>Runs an HSTU model one token at a time, on the CPU, in float32.</summary>
/// <remarks>
/// Source: Zhai et al. 2024 (arXiv 2402.17152), with keys and values computed once, on arrival. An engine owns its scratch: one per
/// thread. Any engine of the same model may continue any cache. <b>A user's numbers are the same bits</b> whatever the engine computed
/// before, wherever the ring starts, and whether tokens came by <see cref="Step"/> or <see cref="Append"/>: every sum runs from the oldest token to the newest.
/// Hot path: a step allocates nothing but a cache's new pages.
/// </remarks>
public sealed class HstuEngine : IHstuEngine
{
    /// <summary>Largest magnitude of a content value; embeddings are L2-normalised, so more is a bug upstream that would poison the cache.</summary>
    public const float MaxContentMagnitude = 1e6f;

    private readonly HstuModel _model;
    private readonly HstuConfig _config;
    private readonly HstuWeights _weights;
    private readonly float _contentScale;
    private readonly float _attentionScale;

    private readonly float[] _residual;
    private readonly float[] _normalised;
    private readonly float[] _uvqk;
    private readonly float[] _attended;
    private readonly float[] _gated;
    private readonly float[] _scores;
    private readonly byte[] _buckets;

    /// <summary>Creates an engine with its scratch.</summary>
    public HstuEngine(HstuModel model)
    {
        _model = model;
        _config = model.Config;
        _weights = model.Weights;
        _contentScale = MathF.Sqrt(_config.Width);
        _attentionScale = 1f / _config.Window;
        _residual = new float[_config.Width];
        _normalised = new float[_config.Width];
        _uvqk = new float[4 * _config.HeadsWidth];
        _attended = new float[_config.HeadsWidth];
        _gated = new float[_config.HeadsWidth];
        _scores = new float[_config.Heads * _config.Window];
        _buckets = new byte[_config.Window];
    }

    /// <summary>The model that it runs.</summary>
    public HstuModel Model => _model;

    /// <inheritdoc />
    public int MaxBatch => 256;

    /// <inheritdoc />
    public int RebuildTokens => _config.RebuildTokens;

    /// <inheritdoc />
    public long MaxSequenceBytes => (long)_config.Window * ((_config.Layers * 2 * _config.HeadsWidth * sizeof(float)) + sizeof(long));

    /// <inheritdoc />
    public IHstuSequence CreateSequence() => new HstuCache(_model);

    /// <inheritdoc />
    public void Step(ReadOnlySpan<HstuStep> batch, Span<float> embeddings)
    {
        for (var i = 0; i < batch.Length; i++)
            Step((HstuCache)batch[i].Sequence, batch[i].Token, embeddings.Slice(i * _config.OutputWidth, _config.OutputWidth));
    }

    /// <inheritdoc />
    public void Append(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        foreach (var token in tokens) Append((HstuCache)sequence, token);
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    /// <summary>Applies a token to the user's cache and computes the user embedding.</summary>
    /// <param name="cache">The user's cache; changed only when this returns.</param>
    /// <param name="token">The user's next token.</param>
    /// <param name="embedding">Receives the embedding: output width, L2-normalised.</param>
    /// <exception cref="ArgumentException">
    /// The cache belongs to another model, or the token or the embedding does not fit this one. The cache is as before; the caller drops the token
    /// (a bad record) or rebuilds the cache.
    /// </exception>
    public void Step(HstuCache cache, in HstuToken token, Span<float> embedding)
    {
        if (embedding.Length != _config.OutputWidth)
            throw new ArgumentException($"The embedding has {embedding.Length} floats; the model's output has {_config.OutputWidth}.");
        Apply(cache, token, needsOutput: true);

        _weights.HeadBias.CopyTo(embedding);
        HstuKernels.MultiplyAdd(_residual, _weights.HeadWeight, _config.OutputWidth, 0, embedding);
        HstuKernels.L2Normalise(embedding);
        cache.Commit();
    }

    /// <summary>Applies a token without computing an embedding: for a rebuild. Leaves the cache as <see cref="Step"/> would, for less work.</summary>
    /// <exception cref="ArgumentException">As <see cref="Step"/>.</exception>
    public void Append(HstuCache cache, in HstuToken token)
    {
        Apply(cache, token, needsOutput: false);
        cache.Commit();
    }

    /// <summary>Clears a cache and rebuilds it from the user's last tokens, oldest first.</summary>
    /// <param name="cache">The cache; half-built when this throws.</param>
    /// <param name="history">The whole history, or at least its last <see cref="RebuildTokens"/> tokens; only those are read.</param>
    /// <exception cref="ArgumentException">As <see cref="Step"/>.</exception>
    public void Rebuild(HstuCache cache, ReadOnlySpan<HstuToken> history)
    {
        cache.Clear();
        foreach (var token in history[Math.Max(0, history.Length - RebuildTokens)..]) Append(cache, token);
    }

    private void Apply(HstuCache cache, in HstuToken token, bool needsOutput)
    {
        RequireFits(cache, token);
        cache.Reserve(token.EventTimeSeconds);
        Embed(token);

        var newest = cache.TokenCount;
        var oldest = Math.Max(0, newest - _config.Window + 1);
        if (_config.TimeBias) FindBuckets(cache, oldest, newest);
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            // Nothing reads the last layer's sum when only its keys and values are wanted.
            var keysAndValuesOnly = !needsOutput && layer == _config.Layers - 1;
            Project(cache, layer, newest, keysAndValuesOnly);
            if (keysAndValuesOnly) return;
            Attend(cache, layer, oldest, newest);
            AddToResidual(_weights.Layers[layer]);
        }
    }

    private void RequireFits(HstuCache cache, in HstuToken token)
    {
        if (!_model.ComputesLike(cache.Model))
            throw new ArgumentException($"The cache belongs to model '{cache.Model.ModelVersion}'; this engine runs '{_model.ModelVersion}'.");
        if ((uint)token.Action >= (uint)_config.Actions.Count)
            throw new ArgumentException($"The token's action is {token.Action}; it must be in 0..{_config.Actions.Count - 1}.");
        if (token.Content.IsEmpty) return;
        if (token.Content.Length != _config.ContentWidth)
            throw new ArgumentException($"The token's content has {token.Content.Length} floats; the model's has {_config.ContentWidth}.");
        foreach (var value in token.Content.Span)
        {
            // Written so that not-a-number fails too.
            if (!(MathF.Abs(value) <= MaxContentMagnitude))
                throw new ArgumentException($"The token's content holds {value}; every value must be within ±{MaxContentMagnitude}.");
        }
    }

    // x = sqrt(D) * (Linear(content) + Action[a])
    private void Embed(in HstuToken token)
    {
        var content = token.Content.IsEmpty ? _weights.Unknown : token.Content.Span;
        _weights.ContentBias.CopyTo(_residual.AsSpan());
        HstuKernels.MultiplyAdd(content, _weights.ContentWeight, _config.Width, 0, _residual);
        var action = _weights.Actions.AsSpan(token.Action * _config.Width, _config.Width);
        for (var i = 0; i < _residual.Length; i++) _residual[i] = _contentScale * (_residual[i] + action[i]);
    }

    private void FindBuckets(HstuCache cache, long oldest, long newest)
    {
        var now = cache.TimeAt(newest);
        for (var token = oldest; token <= newest; token++) _buckets[(int)(token - oldest)] = (byte)HstuTimeBucket.Of(now, cache.TimeAt(token));
    }

    // [u, v, q, k] = SiLU(LN(x) * W_uvqk); k and v go into the cache.
    private void Project(HstuCache cache, int layer, long newest, bool keysAndValuesOnly)
    {
        var width = _config.HeadsWidth;
        HstuKernels.LayerNorm(_residual, _normalised);
        if (keysAndValuesOnly)
        {
            ProjectColumns(layer, width, width);
            ProjectColumns(layer, 3 * width, width);
        }
        else
        {
            ProjectColumns(layer, 0, 4 * width);
        }
        _uvqk.AsSpan(width, width).CopyTo(cache.ValueOf(newest, layer));
        _uvqk.AsSpan(3 * width, width).CopyTo(cache.KeyOf(newest, layer));
    }

    private void ProjectColumns(int layer, int first, int count)
    {
        var target = _uvqk.AsSpan(first, count);
        target.Clear();
        HstuKernels.MultiplyAdd(_normalised, _weights.Layers[layer].Uvqk, _uvqk.Length, first, target);
        HstuKernels.Silu(target);
    }

    // a = (1/W) * sum over the window of SiLU(q*k + p[lag] + τ[bucket]) * v
    private void Attend(HstuCache cache, int layer, long oldest, long newest)
    {
        var rows = (int)(newest - oldest) + 1;
        for (var done = 0; done < rows;)
        {
            var run = cache.RunLength(oldest + done, rows - done);
            Score(cache.Keys(oldest + done, layer, run), done);
            done += run;
        }
        for (var head = 0; head < _config.Heads; head++) WeighScores(_weights.Layers[layer], ScoresOf(head)[..rows]);

        _attended.AsSpan().Clear();
        for (var done = 0; done < rows;)
        {
            var run = cache.RunLength(oldest + done, rows - done);
            SumValues(cache.Values(oldest + done, layer, run), done, run);
            done += run;
        }
        foreach (ref var value in _attended.AsSpan()) value *= _attentionScale;
    }

    private void Score(ReadOnlySpan<float> keys, int firstRow)
    {
        var width = _config.HeadWidth;
        var query = _uvqk.AsSpan(2 * _config.HeadsWidth, _config.HeadsWidth);
        for (var head = 0; head < _config.Heads; head++)
        {
            var scores = ScoresOf(head)[firstRow..];
            var queryOfHead = query.Slice(head * width, width);
            var row = 0;
            for (var start = head * width; start < keys.Length; start += _config.HeadsWidth)
                scores[row++] = HstuKernels.Dot(queryOfHead, keys.Slice(start, width));
        }
    }

    private void WeighScores(HstuWeights.Layer layer, Span<float> scores)
    {
        var position = layer.PositionBiasOldestFirst.AsSpan(^scores.Length..);
        for (var row = 0; row < scores.Length; row++) scores[row] += position[row];
        if (layer.TimeBias is { } time)
        {
            var buckets = _buckets.AsSpan(0, scores.Length);
            for (var row = 0; row < scores.Length; row++) scores[row] += time[buckets[row]];
        }
        HstuKernels.Silu(scores);
    }

    private void SumValues(ReadOnlySpan<float> values, int firstRow, int rows)
    {
        var width = _config.HeadWidth;
        for (var head = 0; head < _config.Heads; head++)
        {
            var weights = ScoresOf(head).Slice(firstRow, rows);
            HstuKernels.MultiplyAdd(weights, values, _config.HeadsWidth, head * width, _attended.AsSpan(head * width, width));
        }
    }

    // x = (u ⊙ LN(a)) * W_o + b_o + x
    private void AddToResidual(HstuWeights.Layer layer)
    {
        HstuKernels.LayerNorm(_attended, _gated);
        for (var i = 0; i < _gated.Length; i++) _gated[i] *= _uvqk[i];
        for (var i = 0; i < _residual.Length; i++) _residual[i] += layer.OutputBias[i];
        HstuKernels.MultiplyAdd(_gated, layer.OutputWeight, _config.Width, 0, _residual);
    }

    private Span<float> ScoresOf(int head) => _scores.AsSpan(head * _config.Window, _config.Window);
}
