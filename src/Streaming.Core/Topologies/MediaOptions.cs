namespace Streaming.Core.Topologies;

/// <summary>What pictures and videos of a creative may cost, and where they may come from. Read once.</summary>
public sealed record MediaOptions
{
    /// <summary>Bytes of one medium; more go to the dead-letter topic.</summary>
    public long MaxBytes { get; init; } = 8 << 20;

    /// <summary>Width times height of one picture; the default holds 3840 × 2160.</summary>
    public int MaxPixels { get; init; } = 8 << 20;

    /// <summary>Pictures of an animation.</summary>
    public int MaxFrames { get; init; } = 256;

    /// <summary>How media named by URI are got.</summary>
    public MediaFetchOptions Fetch { get; init; } = new();

    /// <summary>How videos are taken apart.</summary>
    public VideoOptions Video { get; init; } = new();
}
