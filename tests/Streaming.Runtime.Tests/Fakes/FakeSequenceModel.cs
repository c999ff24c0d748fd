using System.Runtime.InteropServices;
using Streaming.Core.Partitioning;
using Streaming.Core.Validation;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>
/// A model whose embedding is a hash of the newest <paramref name="window"/> tokens in order: a token that is missing, doubled, swapped or
/// joined with another content gives another embedding, and so does another version. As a K/V cache does, its state keeps only the window.
/// </summary>
internal sealed class FakeSequenceModel(string version = "fake-1", int window = 8, int? rebuildTokens = null) : ISequenceModel
{
    private const long EmptyBytes = 64;
    private long _heldBytes;

    public string Version => version;

    public bool Trained => true;

    public int Dimension => 4;

    public int RebuildTokens => rebuildTokens ?? window;

    public int MaxBatch { get; init; } = 1_000;

    public long MaxStateBytes => EmptyBytes + (8L * window);

    /// <summary>Planted fault: computes a batch from its end.</summary>
    public bool StepsBackwards { get; init; }

    public int Steps { get; private set; }

    public int Appends { get; private set; }

    /// <summary>Sizes of the batches so far.</summary>
    public List<int> Batches { get; } = [];

    public int LiveStates { get; private set; }

    /// <summary>The most that all states together ever held.</summary>
    public long MostBytes { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Tokens that the check refuses.</summary>
    public Func<SequenceToken, bool> Refuses { get; set; } = _ => false;

    /// <summary>Makes a token fail after half of it is in the state.</summary>
    public Func<SequenceToken, bool> Fails { get; set; } = _ => false;

    public Violation? Check(in SequenceToken token) => Refuses(token) ? new Violation("token", token.EventTimeSeconds, "must not be poison") : null;

    public ISequenceState CreateState()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        LiveStates++;
        Hold(EmptyBytes);
        return new State(this);
    }

    public void Step(ReadOnlySpan<SequenceStep> batch, Span<float> embeddings)
    {
        Assert.InRange(batch.Length, 1, MaxBatch);
        Batches.Add(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            var row = StepsBackwards ? batch.Length - 1 - i : i;
            Step((State)batch[row].State, batch[row].Token, embeddings.Slice(row * Dimension, Dimension));
        }
    }

    public void Append(ISequenceState state, ReadOnlySpan<SequenceToken> tokens)
    {
        foreach (var token in tokens)
        {
            Appends++;
            Add((State)state, token);
        }
    }

    /// <summary>All states are to be disposed before.</summary>
    public void Dispose()
    {
        Assert.Equal(0, LiveStates);
        IsDisposed = true;
    }

    private void Step(State state, in SequenceToken token, Span<float> embedding)
    {
        Steps++;
        Add(state, token);
        var hash = StableHash.Of(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(state.Tokens)));
        for (var i = 0; i < embedding.Length; i++)
            embedding[i] = (ushort)(hash >> (16 * i)) / 65536f;
    }

    private void Add(State state, in SequenceToken token)
    {
        Assert.Same(this, state.Model);
        ObjectDisposedException.ThrowIf(state.IsDisposed || IsDisposed, state);
        var failed = Fails(token);
        state.Tokens.Add(failed ? 0xbad : Hash(token));
        if (state.Tokens.Count > window)
            state.Tokens.RemoveAt(0);
        else
            Hold(8);
        if (failed)
            throw new InvalidOperationException("the model failed");
    }

    private void Hold(long bytes)
    {
        _heldBytes += bytes;
        MostBytes = Math.Max(MostBytes, _heldBytes);
    }

    private ulong Hash(in SequenceToken token)
    {
        var hash = StableHash.Of(MemoryMarshal.AsBytes(token.Action.AsSpan()), StableHash.Of(version.AsSpan()));
        hash = StableHash.Of(BitConverter.GetBytes(token.EventTimeSeconds), hash);
        return StableHash.Of(MemoryMarshal.AsBytes(token.Content.Span), hash);
    }

    private sealed class State(FakeSequenceModel model) : ISequenceState
    {
        public FakeSequenceModel Model => model;

        public List<ulong> Tokens { get; } = [];

        public bool IsDisposed { get; private set; }

        public long SizeBytes => EmptyBytes + (8L * Tokens.Count);

        public void Dispose()
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            IsDisposed = true;
            model.LiveStates--;
            model.Hold(-SizeBytes);
        }
    }
}
