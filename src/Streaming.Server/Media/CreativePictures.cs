using Streaming.Models.Media;
using Streaming.Runtime.Creatives;

namespace Streaming.Server.Media;

/// <summary>The decoded pictures of one creative, in the order of its media, and how long its video or animation is.</summary>
internal sealed class CreativePictures(IReadOnlyList<DecodedImage> images, TimeSpan? duration) : ICreativeMedia
{
    public static CreativePictures None { get; } = new([], null);

    public IReadOnlyList<DecodedImage> Images => images;

    /// <summary>The longest of its videos and animations; null = it has none, or they do not say.</summary>
    public TimeSpan? Duration => duration;

    public int Pictures => images.Count;

    public void Dispose()
    {
        foreach (var image in images)
            image.Dispose();
    }
}
