namespace Streaming.Runtime.Creatives;

/// <summary>Media of one creative that are on their way. Disposing gives up what has not come and gives back what has.</summary>
public interface IMediaRequest : IDisposable
{
    /// <summary>Waits for all of them, each of which comes or fails within its own time-out.</summary>
    /// <param name="patience">How long at most.</param>
    /// <returns>False when something is still on its way.</returns>
    bool Wait(TimeSpan patience);
}
