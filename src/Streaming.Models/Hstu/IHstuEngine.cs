namespace Streaming.Models.Hstu;

/// <summary>Runs an HSTU model one token at a time for many users, and owns the K/V memory of its sequences. One owner thread.</summary>
/// <remarks>
/// <b>A user's numbers are the same bits</b> whatever else is in a batch, whatever the engine computed before, and whether tokens came by
/// <see cref="Step"/> or <see cref="Append"/>; an engine that may be asked to give the last up for speed says so. Which sequences stay is the
/// caller's decision: K/V memory has the capacity that the engine was made with, and a caller that would go over it disposes other sequences first.
/// </remarks>
public interface IHstuEngine : IDisposable
{
    /// <summary>The model that it runs.</summary>
    HstuModel Model { get; }

    /// <summary>Most tokens of one <see cref="Step"/>.</summary>
    int MaxBatch { get; }

    /// <summary>Newest tokens to <see cref="Append"/> to an empty sequence to rebuild it exactly; see <see cref="HstuConfig.RebuildTokens"/>.</summary>
    int RebuildTokens { get; }

    /// <summary>K/V bytes of a sequence with a full window.</summary>
    long MaxSequenceBytes { get; }

    /// <summary>A user without tokens.</summary>
    IHstuSequence CreateSequence();

    /// <summary>Applies tokens and computes the user embedding after each.</summary>
    /// <param name="batch">At most <see cref="MaxBatch"/> tokens of sequences of this engine. A sequence may occur more than once: in this order.</param>
    /// <param name="embeddings">[batch, output width]; every row L2-normalised.</param>
    /// <exception cref="ArgumentException">A token or a length does not fit the model; the message names it. No sequence was changed.</exception>
    void Step(ReadOnlySpan<HstuStep> batch, Span<float> embeddings);

    /// <summary>Applies tokens, oldest first, without computing embeddings: for a rebuild. Leaves the sequence as <see cref="Step"/> would, for less work.</summary>
    /// <exception cref="ArgumentException">As <see cref="Step"/>; the sequence holds the tokens before the bad one.</exception>
    void Append(IHstuSequence sequence, ReadOnlySpan<HstuToken> tokens);
}
