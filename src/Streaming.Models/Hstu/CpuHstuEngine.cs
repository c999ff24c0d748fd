namespace Streaming.Models.Hstu;

/// <summary>The engine on the CPU. One owner thread.</summary>
public sealed class CpuHstuEngine : IHstuEngine
{
    private readonly HstuEngine _engine;

    /// <summary>Creates an engine without sequences.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message lists every violation.</exception>
    public CpuHstuEngine(HstuModel model, HstuEngineOptions options)
    {
        _engine = new HstuEngine(model);
        MaxBatch = options.MaxBatch;
    }

    /// <inheritdoc />
    public HstuModel Model => _engine.Model;

    /// <inheritdoc />
    public int MaxBatch { get; }

    /// <inheritdoc />
    public int RebuildTokens => _engine.RebuildTokens;

    /// <inheritdoc />
    public long MaxSequenceBytes => _engine.MaxSequenceBytes;

    /// <inheritdoc />
    public IHstuSequence CreateSequence() => _engine.CreateSequence();

    /// <inheritdoc />
    public void Step(ReadOnlySpan<HstuStep> batch, Span<float> embeddings) => _engine.Step(batch, embeddings);

    /// <inheritdoc />
    public void Append(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens) => _engine.Append(sequence, tokens);

    /// <inheritdoc />
    public void Dispose() => _engine.Dispose();
}
