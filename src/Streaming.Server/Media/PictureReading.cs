using Streaming.Models.Media;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.Media;

/// <summary>The pictures of one creative while they are decoded. Disposed unless they were taken.</summary>
internal sealed class PictureReading(MediaDecoder decoder, long maxPixels, MediaMetrics metrics, TimeProvider clock) : IDisposable
{
    private readonly List<DecodedImage> _images = [];
    private TimeSpan? _duration;
    private long _pixels;

    /// <summary>Decodes one more.</summary>
    /// <returns>Why not, or null.</returns>
    public MediaFault? Add(ReadOnlySpan<byte> data, string mimeType)
    {
        if (decoder.Inspect(data, mimeType, out var header) is { } fault)
            return fault;
        _pixels += (long)header.Width * header.Height;
        if (_pixels > maxPixels)
            return new(MediaVerdict.BadDimensions, "data", $"{_pixels} pixels with those before it", $"must have at most {maxPixels} pixels in all media of a creative");
        var started = clock.GetTimestamp();
        var result = decoder.Decode(data, mimeType);
        if (result.Image is not { } image)
            return result.Fault;
        metrics.Decoded(header.Type.ToString().ToLowerInvariant(), clock.GetElapsedTime(started));
        _images.Add(image);
        Lasts(header.Duration == TimeSpan.Zero ? null : header.Duration);
        return null;
    }

    /// <summary>Takes frames over.</summary>
    public void Add(List<DecodedImage> frames)
    {
        _images.AddRange(frames);
        frames.Clear();
    }

    /// <summary>The longest counts.</summary>
    public void Lasts(TimeSpan? duration)
    {
        if (duration > (_duration ?? TimeSpan.Zero))
            _duration = duration;
    }

    /// <summary>Ends the reading; the receiver owns the pictures.</summary>
    public CreativePictures Take() => new(_images, _duration);

    public void Dispose()
    {
        foreach (var image in _images)
            image.Dispose();
    }
}
