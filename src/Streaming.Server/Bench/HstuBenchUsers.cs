using Streaming.Models.Hstu;
using Streaming.Models.Numerics;

namespace Streaming.Server.Bench;

/// <summary>An engine and users with full windows, who take turns.</summary>
internal sealed class HstuBenchUsers : IDisposable
{
    private const int LaterTokens = 64;

    private readonly CpuHstuEngine _engine;
    private readonly IHstuSequence[] _users;
    private readonly HstuToken[] _later;
    private readonly HstuStep[] _batch;
    private readonly float[] _embeddings;
    private int _user;
    private int _token;

    /// <param name="model">The model.</param>
    /// <param name="precision">Of K/V.</param>
    /// <param name="users">How many.</param>
    /// <param name="batch">Tokens of a step.</param>
    public HstuBenchUsers(HstuModel model, HstuKvPrecision precision, int users, int batch)
    {
        _engine = new CpuHstuEngine(model, new HstuEngineOptions { CapacityBytes = 4L << 30, KvPrecision = precision });
        var tokens = Tokens(model.Config, model.Config.Window + LaterTokens);
        _later = tokens[model.Config.Window..];
        _users = new IHstuSequence[users];
        for (var user = 0; user < users; user++)
        {
            _users[user] = _engine.CreateSequence();
            _engine.Append(_users[user], tokens.AsSpan(0, model.Config.Window));
        }
        _batch = new HstuStep[batch];
        _embeddings = new float[batch * model.Config.OutputWidth];
    }

    /// <summary>The next users' next tokens, in one batch.</summary>
    public void Step()
    {
        for (var i = 0; i < _batch.Length; i++)
        {
            _batch[i] = new HstuStep(_users[_user], _later[_token]);
            _user = (_user + 1) % _users.Length;
            _token = (_token + 1) % _later.Length;
        }
        _engine.Step(_batch, _embeddings);
    }

    /// <summary>A user's embedding without what was kept: all tokens of the window anew, in chunks, and the newest one's embedding.</summary>
    public void Recompute(ReadOnlySpan<HstuToken> window)
    {
        using var user = _engine.CreateSequence();
        _engine.Append(user, window[..^1]);
        _engine.Step([new HstuStep(user, window[^1])], _embeddings);
    }

    public void Dispose() => _engine.Dispose();

    /// <summary>Random contents, and gaps from seconds to a day, as a user's history has.</summary>
    public static HstuToken[] Tokens(HstuConfig config, int count)
    {
        var random = new SeededRandom(7);
        var time = 1_700_000_000L;
        return Enumerable.Range(0, count).Select(_ =>
        {
            time += random.NextUniform() < 0.7 ? random.NextIndex(60) : random.NextIndex(86_400);
            var content = Enumerable.Range(0, config.ContentWidth).Select(_ => (float)random.NextNormal()).ToArray();
            return new HstuToken(content, random.NextIndex(config.Actions.Count), time);
        }).ToArray();
    }
}
