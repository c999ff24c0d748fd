using System.Collections.Frozen;
using Streaming.Models.Hstu;
using Streaming.Runtime.Users;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The HSTU engine as the runtime's sequence model.</summary>
internal sealed class HstuSequenceModel : ISequenceModel, IDisposable
{
    private readonly HstuEngine _engine;
    private readonly HstuModel _model;
    private readonly FrozenDictionary<string, int> _actions;

    public HstuSequenceModel(HstuModel model)
    {
        _model = model;
        _engine = new HstuEngine(model);
        _actions = model.Config.Actions.Select((name, index) => (name, index)).ToFrozenDictionary(a => a.name, a => a.index, StringComparer.Ordinal);
    }

    public string Version => _model.ModelVersion;

    public bool Trained => _model.Trained;

    public int Dimension => _model.Config.OutputWidth;

    public int RebuildTokens => _engine.RebuildTokens;

    public ISequenceState CreateState() => new State(new HstuCache(_model));

    public void Step(ISequenceState state, in SequenceToken token, Span<float> embedding) =>
        _engine.Step(((State)state).Cache, Token(token), embedding);

    public void Append(ISequenceState state, in SequenceToken token) => _engine.Append(((State)state).Cache, Token(token));

    public void Dispose() => _engine.Dispose();

    private HstuToken Token(in SequenceToken token) => new(token.Content, _actions[token.Action], token.EventTimeSeconds);

    private sealed class State(HstuCache cache) : ISequenceState
    {
        public HstuCache Cache => cache;

        public long SizeBytes => cache.SizeBytes;
    }
}
