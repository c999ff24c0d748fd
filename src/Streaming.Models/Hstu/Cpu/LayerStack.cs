namespace Streaming.Models.Hstu.Cpu;

/// <summary>Runs a batch's rows through the model, layer by layer, so that weights are read once for all rows. Hot path; allocates nothing.</summary>
/// <remarks>
/// Within a layer, a row's K and V are written and then its attention runs, row after row. A token whose slot a later token of the batch takes
/// over has therefore been read by all who need it, and a ring of W slots is enough.
/// </remarks>
internal sealed unsafe class LayerStack
{
    private readonly HstuConfig _config;
    private readonly CpuWeights _weights;
    private readonly CpuKernels _kernels;
    private readonly KvLayout _layout;
    private readonly AttentionShape _shape;
    private readonly float _contentScale;
    private readonly float _attentionScale;

    private readonly AlignedFloats _contents;
    private readonly AlignedFloats _embedded;
    private readonly AlignedFloats _residual;
    private readonly AlignedFloats _normalised;
    private readonly AlignedFloats _uvqk;
    private readonly AlignedFloats _attended;
    private readonly AlignedFloats _gated;
    private readonly AlignedFloats _output;
    private readonly AlignedFloats _bias;
    private readonly AlignedFloats _scores;

    /// <param name="model">The model.</param>
    /// <param name="kernels">Its loops.</param>
    /// <param name="layout">The layout of K/V pages.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="rows">Most rows of a batch.</param>
    public LayerStack(HstuModel model, CpuKernels kernels, KvLayout layout, int tokens, int rows)
    {
        (_config, _weights, _kernels, _layout) = (model.Config, model.Weights, kernels, layout);
        _shape = new AttentionShape(_config.Heads, _config.HeadWidth, layout.HeadStride);
        _contentScale = MathF.Sqrt(_config.Width);
        _attentionScale = 1f / _config.Window;
        _contents = new AlignedFloats((long)tokens * _config.ContentWidth);
        _embedded = new AlignedFloats((long)tokens * _weights.Width);
        _residual = new AlignedFloats((long)rows * _weights.Width);
        _normalised = new AlignedFloats((long)rows * _weights.Width);
        _uvqk = new AlignedFloats((long)rows * 4 * _weights.HeadsStride);
        _attended = new AlignedFloats((long)rows * _weights.HeadsStride);
        _gated = new AlignedFloats((long)rows * _weights.HeadsStride);
        _output = new AlignedFloats((long)tokens * _weights.OutputWidth);
        _bias = new AlignedFloats(KvLayout.PageRows);
        _scores = new AlignedFloats(_config.Heads * KvLayout.PageRows);
    }

    /// <summary>x⁰ of a token of the last <see cref="Embed"/>, [padded D].</summary>
    public Span<float> Embedded(int token) => Row(_embedded, _weights.Width, token);

    /// <summary>A row's x, [padded D]; the caller sets x⁰.</summary>
    public Span<float> Residual(int row) => Row(_residual, _weights.Width, row);

    /// <summary>x⁰ = √D · (Linear(content) + Action[a]) of each token.</summary>
    public void Embed(ReadOnlySpan<HstuStep> batch)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            var content = batch[i].Token.Content.IsEmpty ? _weights.Unknown : batch[i].Token.Content.Span;
            content.CopyTo(Row(_contents, _config.ContentWidth, i));
            _weights.ContentBias.Span.CopyTo(Embedded(i));
        }
        _kernels.MultiplyAdd(_weights.Content, Block(_contents, _config.ContentWidth, 0, batch.Length), Block(_embedded, _weights.Width, 0, batch.Length));
        for (var i = 0; i < batch.Length; i++)
        {
            var x = Embedded(i);
            var action = _weights.Actions[batch[i].Token.Action].Span;
            for (var d = 0; d < x.Length; d++) x[d] = _contentScale * (x[d] + action[d]);
        }
    }

    /// <summary>Runs all rows through all layers.</summary>
    public void Run(BatchRows rows)
    {
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            var first = layer == _config.Layers - 1 ? rows.Commits : 0;
            Project(layer, rows, first);
            Attend(layer, rows, first);
            AddToResidual(_weights.Layers[layer], first, rows.Count - first);
        }
    }

    /// <summary>The user embedding of each answer.</summary>
    public void Answer(BatchRows rows, Span<float> embeddings)
    {
        for (var i = 0; i < rows.Answers; i++) _weights.HeadBias.Span.CopyTo(Row(_output, _weights.OutputWidth, i));
        _kernels.MultiplyAdd(_weights.Head, Block(_residual, _weights.Width, rows.Commits, rows.Answers), Block(_output, _weights.OutputWidth, 0, rows.Answers));
        for (var i = 0; i < rows.Answers; i++)
        {
            _kernels.L2Normalise(Pointer(_output, _weights.OutputWidth, i), _weights.OutputWidth);
            Row(_output, _weights.OutputWidth, i)[.._config.OutputWidth].CopyTo(embeddings[(i * _config.OutputWidth)..]);
        }
    }

    // [u, v, q, k] = SiLU(LN(x) * W_uvqk); only v and k of the rows before `first`.
    private void Project(int layer, BatchRows rows, int first)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var x = Pointer(_residual, _weights.Width, row);
            _kernels.LayerNorm(x, 1, _weights.WidthMask, _config.Width, null, Pointer(_normalised, _weights.Width, row));
        }
        _uvqk.Span[..(rows.Count * UvqkWidth)].Clear();
        ProjectColumns(layer, 0, 4, first, rows.Count - first);
        ProjectColumns(layer, 1, 1, 0, first);
        ProjectColumns(layer, 3, 1, 0, first);
    }

    private void ProjectColumns(int layer, int part, int parts, int firstRow, int rows)
    {
        if (rows == 0) return;
        var panels = _weights.HeadsStride / KvLayout.Group;
        var input = Block(_normalised, _weights.Width, firstRow, rows);
        _kernels.MultiplyAdd(_weights.Layers[layer].Uvqk, part * panels, parts * panels, input, Block(_uvqk, UvqkWidth, firstRow, rows));
        for (var row = firstRow; row < firstRow + rows; row++) _kernels.Silu(Uvqk(row, part), parts * _weights.HeadsStride);
    }

    // a = sum over the window of SiLU(q*k + p[lag] + τ[bucket]) * v
    private void Attend(int layer, BatchRows rows, int first)
    {
        var order = rows.Order;
        var weights = _weights.Layers[layer];
        for (var i = 0; i < order.Length; i++)
        {
            ref readonly var row = ref rows[order[i]];
            var block = row.Sequence.PageOf(row.Token) + _layout.BlockOffset(layer);
            _kernels.Store(block, (int)(row.Token % KvLayout.PageRows), Uvqk(order[i], 3), Uvqk(order[i], 1), _shape);
            if (order[i] < first) continue;
            ref readonly var next = ref rows[order[i + 1 < order.Length ? i + 1 : 0]];
            var nextLayer = Math.Min(i + 1 < order.Length ? layer : layer + 1, _config.Layers - 1);
            _kernels.Attend(
                new AttentionScan
                {
                    Pages = row.Sequence.Pages,
                    BlockOffset = _layout.BlockOffset(layer),
                    Oldest = row.Oldest,
                    Rows = row.Count,
                    Query = Uvqk(order[i], 2),
                    PositionBias = weights.PositionBias.Pointer + KvLayout.PageRows + _config.Window - row.Count,
                    TimeBias = weights.TimeBias,
                    Buckets = rows.Buckets(order[i]),
                    Bias = _bias.Pointer,
                    Weights = _scores.Pointer,
                    Attended = Pointer(_attended, _weights.HeadsStride, order[i]),
                    Next = next.Sequence.PageOf(next.Oldest) + _layout.BlockOffset(nextLayer),
                },
                _shape);
        }
    }

    // x = (u ⊙ LN(a / W)) * W_o + b_o + x
    private void AddToResidual(CpuWeights.Layer layer, int firstRow, int rows)
    {
        if (rows == 0) return;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            var attended = Pointer(_attended, _weights.HeadsStride, row);
            var gated = Pointer(_gated, _weights.HeadsStride, row);
            _kernels.LayerNorm(attended, _attentionScale, _weights.HeadsMask, _config.HeadsWidth, Uvqk(row, 0), gated);
            var x = Residual(row);
            var bias = layer.OutputBias.Span;
            for (var d = 0; d < x.Length; d++) x[d] += bias[d];
        }
        _kernels.MultiplyAdd(layer.Output, Block(_gated, _weights.HeadsStride, firstRow, rows), Block(_residual, _weights.Width, firstRow, rows));
    }

    private int UvqkWidth => 4 * _weights.HeadsStride;

    // Part 0..3 of a row's u, v, q, k.
    private float* Uvqk(int row, int part) => Pointer(_uvqk, UvqkWidth, row) + (part * _weights.HeadsStride);

    private static Span<float> Row(AlignedFloats rows, int stride, int row) => rows.Span.Slice(row * stride, stride);

    private static float* Pointer(AlignedFloats rows, int stride, int row) => rows.Pointer + ((long)row * stride);

    private static RowBlock Block(AlignedFloats rows, int stride, int first, int count) => new((nint)Pointer(rows, stride, first), stride, count);
}
