using System.Runtime.InteropServices;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>
/// A model whose embedding is a hash of the newest <paramref name="window"/> tokens in order: a token that is missing, doubled, swapped or
/// joined with another content gives another embedding. As a K/V cache does, its state keeps only the window.
/// </summary>
internal sealed class FakeSequenceModel(string version = "fake-1", int window = 8, int? rebuildTokens = null) : ISequenceModel
{
    public string Version => version;

    public bool Trained => true;

    public int Dimension => 4;

    public int RebuildTokens => rebuildTokens ?? window;

    public int Steps { get; private set; }

    public int Appends { get; private set; }

    /// <summary>Makes a token fail after half of it is in the state.</summary>
    public Func<SequenceToken, bool> Fails { get; set; } = _ => false;

    public ISequenceState CreateState() => new State();

    public void Step(ISequenceState state, in SequenceToken token, Span<float> embedding)
    {
        Steps++;
        Add((State)state, token);
        var hash = StableHash.Of(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(((State)state).Tokens)));
        for (var i = 0; i < embedding.Length; i++)
            embedding[i] = (ushort)(hash >> (16 * i)) / 65536f;
    }

    public void Append(ISequenceState state, in SequenceToken token)
    {
        Appends++;
        Add((State)state, token);
    }

    private void Add(State state, in SequenceToken token)
    {
        var failed = Fails(token);
        state.Tokens.Add(failed ? 0xbad : Hash(token));
        if (state.Tokens.Count > window)
            state.Tokens.RemoveAt(0);
        if (failed)
            throw new InvalidOperationException("the model failed");
    }

    private static ulong Hash(in SequenceToken token)
    {
        var hash = StableHash.Of(token.Action.AsSpan());
        hash = StableHash.Of(BitConverter.GetBytes(token.EventTimeSeconds), hash);
        return StableHash.Of(MemoryMarshal.AsBytes(token.Content.Span), hash);
    }

    private sealed class State : ISequenceState
    {
        public List<ulong> Tokens { get; } = [];

        public long SizeBytes => 64 + (8L * Tokens.Count);
    }
}
