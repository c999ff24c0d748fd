using Streaming.Core.Validation;

namespace Streaming.Runtime.Users;

/// <summary>The incremental sequence model that turns a user's tokens into an embedding. One per stream thread; used by one thread at a time.</summary>
/// <remarks>
/// The result depends on the user's tokens only, bit for bit: not on other users, batches, or how the state came about. Its states hold memory of
/// its own, so they are disposed before it.
/// </remarks>
public interface ISequenceModel : IDisposable
{
    /// <summary>Version of the weights.</summary>
    string Version { get; }

    /// <summary>False for seeded, untrained weights.</summary>
    bool Trained { get; }

    /// <summary>Numbers of a user embedding.</summary>
    int Dimension { get; }

    /// <summary>Newest tokens to replay into a new state to get the state that all tokens would give.</summary>
    int RebuildTokens { get; }

    /// <summary>Most tokens of one <see cref="Step"/>.</summary>
    int MaxBatch { get; }

    /// <summary>Most memory that one state ever holds.</summary>
    long MaxStateBytes { get; }

    /// <summary>Why the model cannot take a token, or null. Cheap; changes nothing. What passes, the model must be able to compute.</summary>
    Violation? Check(in SequenceToken token);

    /// <summary>An empty state.</summary>
    ISequenceState CreateState();

    /// <summary>Appends tokens and computes the user embedding after each.</summary>
    /// <param name="batch">At most <see cref="MaxBatch"/> checked tokens. A state may occur more than once: in this order.</param>
    /// <param name="embeddings">[batch, <see cref="Dimension"/>]; every row L2-normalised.</param>
    void Step(ReadOnlySpan<SequenceStep> batch, Span<float> embeddings);

    /// <summary>Appends checked tokens, oldest first, whose embeddings nobody needs.</summary>
    void Append(ISequenceState state, ReadOnlySpan<SequenceToken> tokens);
}
