namespace Streaming.Runtime.Creatives;

/// <summary>
/// The decoded pictures of one creative: what a <see cref="ICreativeMediaReader"/> made and the encoder and the tagger beside it understand. Whoever
/// got it disposes it.
/// </summary>
public interface ICreativeMedia : IDisposable
{
    /// <summary>Pictures in it; frames of a video count one by one.</summary>
    int Pictures { get; }
}
