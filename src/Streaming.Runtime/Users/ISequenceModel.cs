namespace Streaming.Runtime.Users;

/// <summary>The incremental sequence model that turns a user's tokens into an embedding. One per stream thread; used by that thread alone.</summary>
/// <remarks>The result depends on the user's tokens only, bit for bit: not on other users, batches, or how the state came about.</remarks>
public interface ISequenceModel
{
    /// <summary>Version of the weights.</summary>
    string Version { get; }

    /// <summary>False for seeded, untrained weights.</summary>
    bool Trained { get; }

    /// <summary>Numbers of a user embedding.</summary>
    int Dimension { get; }

    /// <summary>Newest tokens to replay into a new state to get the state that all tokens would give.</summary>
    int RebuildTokens { get; }

    /// <summary>An empty state.</summary>
    ISequenceState CreateState();

    /// <summary>Appends a token and writes the user embedding (L2-normalised, <see cref="Dimension"/> numbers).</summary>
    void Step(ISequenceState state, in SequenceToken token, Span<float> embedding);

    /// <summary>Appends a token whose embedding nobody needs.</summary>
    void Append(ISequenceState state, in SequenceToken token);
}
