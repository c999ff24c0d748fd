namespace Streaming.Models.Hstu.Gpu;

/// <summary>Tokens that a sequence has not seen yet.</summary>
/// <param name="Sequence">A sequence of the engine.</param>
/// <param name="Tokens">Oldest first.</param>
public readonly record struct HstuHistory(IHstuSequence Sequence, ReadOnlyMemory<HstuToken> Tokens);
