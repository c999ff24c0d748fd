namespace Streaming.Core.Topologies;

/// <summary>How videos are taken apart, where there is an ffmpeg. Read once.</summary>
public sealed record VideoOptions
{
    /// <summary>The decoder's program: <c>ffmpeg</c> = the one on the PATH, if there is one; a path; <c>none</c> = videos are not looked at.</summary>
    public string Decoder { get; init; } = "ffmpeg";

    /// <summary>Frames sampled from one video, evenly.</summary>
    public int Frames { get; init; } = 4;

    /// <summary>How long one video may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1.5);
}
