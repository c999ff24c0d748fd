using Streaming.Models.Media;

namespace Streaming.Server.Media;

/// <summary>One medium that was waited for. Owned by its <see cref="MediaRequest"/>.</summary>
/// <param name="Fetched">What its URI gave; null for a medium that came by bytes.</param>
/// <param name="Video">The video taken apart; null for a picture.</param>
internal sealed record ArrivedMedium(FetchResult? Fetched, VideoResult? Video) : IDisposable
{
    public void Dispose()
    {
        Fetched?.Dispose();
        Video?.Dispose();
    }
}
