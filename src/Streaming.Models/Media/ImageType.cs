namespace Streaming.Models.Media;

/// <summary>Picture formats that are decoded.</summary>
public enum ImageType
{
    /// <summary>ISO 10918: baseline and progressive; grey, YCbCr, CMYK.</summary>
    Jpeg,

    /// <summary>PNG, also interlaced, 16 bits, palette; of an APNG the first picture.</summary>
    Png,

    /// <summary>WebP, lossy and lossless; of an animation the first picture.</summary>
    WebP,
}
