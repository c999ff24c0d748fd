using Streaming.Core.Creatives;
using Streaming.Core.Validation;

namespace Streaming.Core.Topologies;

/// <summary>What <c>creatives.media</c> of a topology must keep.</summary>
internal static class MediaRules
{
    // A creative record cannot be larger, and what is fetched should not cost more than what is sent.
    private const long MostBytes = 64L << 20;

    public static IEnumerable<Violation> Check(MediaOptions media)
    {
        if (media.MaxBytes is < 1024 or > MostBytes)
            yield return new("creatives.media.max_bytes", media.MaxBytes, "must be 1KiB to 64MiB");
        if (media.MaxPixels is < 1 or > 64 << 20)
            yield return new("creatives.media.max_pixels", media.MaxPixels, "must be 1 to 67,108,864");
        if (media.MaxFrames is < 1 or > 10_000)
            yield return new("creatives.media.max_frames", media.MaxFrames, "must be 1 to 10,000");
        foreach (var host in media.Fetch.Allow.Where(h => !HostPattern.IsValid(h)))
            yield return new("creatives.media.fetch.allow", host, "must be a host name, an address or *.domain, with an optional :port");
        if (media.Fetch.Timeout < TimeSpan.FromMilliseconds(10) || media.Fetch.Timeout > TimeSpan.FromSeconds(30))
            yield return new("creatives.media.fetch.timeout", media.Fetch.Timeout, "must be 10ms to 30s");
        if (media.Fetch.Concurrency is < 1 or > 256)
            yield return new("creatives.media.fetch.concurrency", media.Fetch.Concurrency, "must be 1 to 256");
        if (media.Fetch.MaxRedirects is < 0 or > 10)
            yield return new("creatives.media.fetch.max_redirects", media.Fetch.MaxRedirects, "must be 0 to 10");
        if (media.Video.Decoder.Length == 0)
            yield return new("creatives.media.video.decoder", "", "must be ffmpeg, a path, or none");
        if (media.Video.Frames is < 1 or > 16)
            yield return new("creatives.media.video.frames", media.Video.Frames, "must be 1 to 16");
        // A video is decoded on the stream thread, between two renewals of its lease.
        if (media.Video.Timeout < TimeSpan.FromMilliseconds(10) || media.Video.Timeout > TimeSpan.FromSeconds(5))
            yield return new("creatives.media.video.timeout", media.Video.Timeout, "must be 10ms to 5s");
    }
}
