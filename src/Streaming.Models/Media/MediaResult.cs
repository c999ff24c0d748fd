namespace Streaming.Models.Media;

/// <summary>A picture, or why there is none. The receiver owns the picture.</summary>
public readonly record struct MediaResult
{
    private MediaResult(DecodedImage? image, ImageHeader header, MediaFault? fault) => (Image, Header, Fault) = (image, header, fault);

    /// <summary>What became of it.</summary>
    public MediaVerdict Verdict => Fault?.Verdict ?? MediaVerdict.Decoded;

    /// <summary>The picture; null unless <see cref="Verdict"/> is <see cref="MediaVerdict.Decoded"/>.</summary>
    public DecodedImage? Image { get; }

    /// <summary>What the file says of itself; default unless decoded.</summary>
    public ImageHeader Header { get; }

    /// <summary>The reason; null when decoded.</summary>
    public MediaFault? Fault { get; }

    internal static MediaResult Decoded(DecodedImage image, ImageHeader header) => new(image, header, null);

    internal static MediaResult Refused(MediaFault fault) => new(null, default, fault);
}
