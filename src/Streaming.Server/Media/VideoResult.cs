using Streaming.Models.Media;

namespace Streaming.Server.Media;

/// <summary>Frames of a video, or why there are none.</summary>
/// <param name="Frames">Sampled evenly, in order. Whoever takes them empties the list; the others are disposed with the result.</param>
/// <param name="Duration">Of the video; null = it does not say.</param>
/// <param name="Fault">Why there are no frames; null when there are.</param>
internal sealed record VideoResult(List<DecodedImage> Frames, TimeSpan? Duration, MediaFault? Fault) : IDisposable
{
    public static VideoResult Refused(MediaFault fault) => new([], null, fault);

    public void Dispose()
    {
        foreach (var frame in Frames)
            frame.Dispose();
        Frames.Clear();
    }
}
