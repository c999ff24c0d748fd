using System.Collections.Frozen;
using Streaming.Core.Validation;
using Streaming.Models.Hstu;
using Streaming.Runtime.Users;

namespace Streaming.Server.Composition.Adapters;

/// <summary>An HSTU engine as the runtime's sequence model. One owner thread; it disposes the engine.</summary>
/// <remarks>Hot path: the buffers are the model's own, and a step allocates nothing here.</remarks>
internal sealed class HstuSequenceModel : ISequenceModel
{
    private readonly SequenceEngine _engine;
    private readonly HstuConfig _config;
    private readonly FrozenDictionary<string, int> _actions;
    private readonly HstuStep[] _steps;
    private HstuToken[] _tokens = [];

    public HstuSequenceModel(SequenceEngine engine)
    {
        _engine = engine;
        _config = engine.Engine.Model.Config;
        _steps = new HstuStep[engine.Engine.MaxBatch];
        _actions = _config.Actions.Select((name, index) => (name, index)).ToFrozenDictionary(a => a.name, a => a.index, StringComparer.Ordinal);
    }

    /// <summary>cpu or gpu.</summary>
    public string EngineName => _engine.Name;

    /// <summary>How keys and values are kept.</summary>
    public string KvPrecision => _engine.KvPrecision;

    public string Version => _engine.Engine.Model.ModelVersion;

    public bool Trained => _engine.Engine.Model.Trained;

    public int Dimension => _config.OutputWidth;

    public int RebuildTokens => _engine.Engine.RebuildTokens;

    public int MaxBatch => _engine.Engine.MaxBatch;

    public long MaxStateBytes => _engine.Engine.MaxSequenceBytes;

    public Violation? Check(in SequenceToken token)
    {
        if (!_actions.ContainsKey(token.Action))
            return new("action", token.Action, $"must be known to the model, which knows {string.Join(", ", _config.Actions)}");
        if (token.Content.IsEmpty)
            return null;
        if (token.Content.Length != _config.ContentWidth)
            return new("creative.embedding", token.Content.Length, $"must have the {_config.ContentWidth} numbers that the model takes");
        foreach (var value in token.Content.Span)
        {
            // Written so that not-a-number fails too.
            if (!(MathF.Abs(value) <= CpuHstuEngine.MaxContentMagnitude))
                return new("creative.embedding", value, $"must be within ±{CpuHstuEngine.MaxContentMagnitude}");
        }
        return null;
    }

    public ISequenceState CreateState() => new State(_engine.Engine.CreateSequence());

    public void Step(ReadOnlySpan<SequenceStep> batch, Span<float> embeddings)
    {
        for (var i = 0; i < batch.Length; i++)
            _steps[i] = new(((State)batch[i].State).Sequence, Token(batch[i].Token));
        _engine.Engine.Step(_steps.AsSpan(0, batch.Length), embeddings);
        Array.Clear(_steps, 0, batch.Length);
    }

    public void Append(ISequenceState state, ReadOnlySpan<SequenceToken> tokens)
    {
        if (_tokens.Length < tokens.Length)
            _tokens = new HstuToken[tokens.Length];
        for (var i = 0; i < tokens.Length; i++)
            _tokens[i] = Token(tokens[i]);
        _engine.Engine.Append(((State)state).Sequence, _tokens.AsSpan(0, tokens.Length));
    }

    public void Dispose() => _engine.Engine.Dispose();

    private HstuToken Token(in SequenceToken token) => new(token.Content, _actions[token.Action], token.EventTimeSeconds);

    private sealed class State(IHstuSequence sequence) : ISequenceState
    {
        public IHstuSequence Sequence => sequence;

        public long SizeBytes => sequence.SizeBytes;

        public void Dispose() => sequence.Dispose();
    }
}
