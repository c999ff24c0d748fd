namespace Streaming.Models.Hstu;

/// <summary>One user's K/V in an <see cref="IHstuEngine"/>. Derived from the user's history: it may be disposed and rebuilt. Used on the engine's thread.</summary>
public interface IHstuSequence : IDisposable
{
    /// <summary>Tokens applied since it was empty.</summary>
    long TokenCount { get; }

    /// <summary>K/V bytes held, at most the engine's <see cref="IHstuEngine.MaxSequenceBytes"/>.</summary>
    long SizeBytes { get; }
}
