namespace Streaming.Models.Hstu;

/// <summary>One row of a batch: the next token of a user.</summary>
/// <param name="Sequence">The user's K/V, of the engine that steps.</param>
/// <param name="Token">The user's next token.</param>
public readonly record struct HstuStep(IHstuSequence Sequence, HstuToken Token);
