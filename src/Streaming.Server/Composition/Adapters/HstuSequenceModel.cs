using System.Collections.Frozen;
using Streaming.Models.Hstu;
using Streaming.Runtime.Users;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The HSTU engine as the runtime's sequence model.</summary>
internal sealed class HstuSequenceModel : ISequenceModel, IDisposable
{
    private const long CapacityBytes = 8L << 30;

    private readonly CpuHstuEngine _engine;
    private readonly HstuModel _model;
    private readonly FrozenDictionary<string, int> _actions;

    public HstuSequenceModel(HstuModel model)
    {
        _model = model;
        _engine = new CpuHstuEngine(model, new HstuEngineOptions { CapacityBytes = CapacityBytes });
        _actions = model.Config.Actions.Select((name, index) => (name, index)).ToFrozenDictionary(a => a.name, a => a.index, StringComparer.Ordinal);
    }

    public string Version => _model.ModelVersion;

    public bool Trained => _model.Trained;

    public int Dimension => _model.Config.OutputWidth;

    public int RebuildTokens => _engine.RebuildTokens;

    public ISequenceState CreateState() => new State(_engine.CreateSequence());

    public void Step(ISequenceState state, in SequenceToken token, Span<float> embedding) =>
        _engine.Step([new HstuStep(((State)state).Sequence, Token(token))], embedding);

    public void Append(ISequenceState state, in SequenceToken token) => _engine.Append(((State)state).Sequence, [Token(token)]);

    public void Dispose() => _engine.Dispose();

    private HstuToken Token(in SequenceToken token) => new(token.Content, _actions[token.Action], token.EventTimeSeconds);

    private sealed class State(IHstuSequence sequence) : ISequenceState
    {
        public IHstuSequence Sequence => sequence;

        public long SizeBytes => sequence.SizeBytes;
    }
}
