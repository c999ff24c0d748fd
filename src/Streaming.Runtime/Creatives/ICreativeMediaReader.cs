using Streaming.Core.Contracts;

namespace Streaming.Runtime.Creatives;

/// <summary>Gets and decodes a creative's media. Bad media are a rejection, never an exception.</summary>
public interface ICreativeMediaReader
{
    /// <summary>
    /// Begins what takes long, beside the stream thread: getting what a validated creative names by URI, taking videos apart. How much is on its
    /// way at once is bounded.
    /// </summary>
    /// <returns>Null when there is nothing to wait for.</returns>
    IMediaRequest? Begin(Creative creative);

    /// <summary>Decodes a validated creative's media.</summary>
    /// <param name="creative">The creative.</param>
    /// <param name="request">What <see cref="Begin"/> gave for it, waited for; stays the caller's.</param>
    MediaReading Read(Creative creative, IMediaRequest? request);
}
