namespace Streaming.Models.Media;

/// <summary>What a medium may cost. All are checked against the header, before anything is decoded.</summary>
public sealed record MediaLimits
{
    /// <summary>Bytes of one medium as it arrives.</summary>
    public int MaxBytes { get; init; } = 8 << 20;

    /// <summary>Width times height of a picture; the default holds 3840 × 2160. Decoding needs up to 10 bytes a pixel.</summary>
    public int MaxPixels { get; init; } = 8 << 20;

    /// <summary>Pictures of an animation, or sampled frames of a video.</summary>
    public int MaxFrames { get; init; } = 256;
}
