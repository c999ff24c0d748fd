using Streaming.Models.Media;
using Streaming.Runtime.Creatives;

namespace Streaming.Server.Media;

/// <summary>What was got for one creative: decoded pictures, in the order of its media, how long its video or animation is, and labels of a language model.</summary>
internal sealed class CreativePictures(IReadOnlyList<DecodedImage> images, TimeSpan? duration, IReadOnlyDictionary<string, string>? labels) : ICreativeMedia
{
    public static CreativePictures None { get; } = new([], null, null);

    public IReadOnlyList<DecodedImage> Images => images;

    /// <summary>The longest of its videos and animations; null = it has none, or they do not say.</summary>
    public TimeSpan? Duration => duration;

    /// <summary>By tag; null = none were asked for.</summary>
    public IReadOnlyDictionary<string, string>? Labels => labels;

    public int Pictures => images.Count;

    public void Dispose()
    {
        foreach (var image in images)
            image.Dispose();
    }
}
