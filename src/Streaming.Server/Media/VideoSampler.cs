using System.Globalization;
using System.Text.RegularExpressions;
using Streaming.Core.Topologies;
using Streaming.Models.Media;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.Media;

/// <summary>
/// Takes videos apart with an ffmpeg of the machine: its length, then a few frames, evenly spread and scaled to at most 640 pixels a side. Each run is a
/// process of its own with a time-out and a bound on what it may say, killed when it passes one. Safe for any thread.
/// </summary>
internal sealed partial class VideoSampler(string program, VideoOptions options, int maxPixels, MediaMetrics metrics, TimeProvider clock) : IDisposable
{
    // Processes at a time; more would take the stream threads' cores.
    private const int AtOnce = 2;
    private const int MaxSide = 640;
    private const int FrameBytes = (MaxSide * MaxSide * 3) + 64;
    private const int WordsBytes = 256 * 1024;

    private readonly SemaphoreSlim _running = new(AtOnce);

    /// <summary>The sampler that the options ask for, or null where videos are not looked at: there is no such program, or the options say none.</summary>
    public static VideoSampler? Find(VideoOptions options, int maxPixels, MediaMetrics metrics, TimeProvider clock) =>
        options.Decoder != "none" && FindProgram(options.Decoder) is { } program ? new(program, options, maxPixels, metrics, clock) : null;

    /// <summary>Samples one video.</summary>
    /// <param name="data">The file.</param>
    /// <param name="mimeType">video/mp4, video/quicktime, video/webm or video/x-matroska: others are refused, since a demuxer that may be guessed is a larger target.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    public async Task<VideoResult> SampleAsync(ReadOnlyMemory<byte> data, string mimeType, CancellationToken cancellationToken)
    {
        if (Demuxer(mimeType) is not { } demuxer)
            return VideoResult.Refused(new(MediaVerdict.UnknownType, "mime_type", mimeType, "must be video/mp4, video/quicktime, video/webm or video/x-matroska"));
        if (!LooksLike(demuxer, data.Span))
            return VideoResult.Refused(new(MediaVerdict.WrongType, "mime_type", mimeType, "must be what the bytes are"));
        var started = clock.GetTimestamp();
        await _running.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            using var late = new CancellationTokenSource(options.Timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            using var file = new VideoFile(data.Span);
            return await SampleAsync(file.Path, demuxer, data.Length, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Damaged(data.Length, string.Create(CultureInfo.InvariantCulture, $"it cannot be taken apart within {options.Timeout.TotalSeconds:0.###} s"));
        }
        finally
        {
            _running.Release();
            metrics.Decoded("video", clock.GetElapsedTime(started));
        }
    }

    public void Dispose() => _running.Dispose();

    private async Task<VideoResult> SampleAsync(string path, string demuxer, int length, CancellationToken cancellationToken)
    {
        string[] input = ["-nostdin", "-hide_banner", "-threads", "1", "-protocol_whitelist", "file", "-max_pixels", maxPixels.ToString(CultureInfo.InvariantCulture), "-f", demuxer, "-i", path];
        // Without an output ffmpeg fails, after it has told what the file is.
        var look = await BoundedProcess.RunAsync(program, input, 0, WordsBytes, cancellationToken).ConfigureAwait(false);
        if (Duration(look.Words) is not { } duration || duration <= TimeSpan.Zero)
            return Damaged(length, "it does not say how long it is");
        var rate = string.Create(CultureInfo.InvariantCulture, $"fps={options.Frames / duration.TotalSeconds:0.######},scale='min({MaxSide},iw)':'min({MaxSide},ih)':force_original_aspect_ratio=decrease");
        string[] output = ["-an", "-sn", "-dn", "-vf", rate, "-frames:v", options.Frames.ToString(CultureInfo.InvariantCulture), "-f", "image2pipe", "-c:v", "ppm", "pipe:1"];
        var run = await BoundedProcess.RunAsync(program, [.. input, .. output], options.Frames * FrameBytes, WordsBytes, cancellationToken).ConfigureAwait(false);
        if (run.Overran)
            return Damaged(length, "its frames are larger than they were asked for");
        var frames = PpmFrames.Read(run.Output);
        return frames.Count == 0 ? Damaged(length, "no frame can be decoded") : new(frames, duration, null);
    }

    private static VideoResult Damaged(int length, string why) =>
        VideoResult.Refused(new(MediaVerdict.Damaged, "data", $"{length} bytes", $"must be a whole video: {why}"));

    private static TimeSpan? Duration(string words) =>
        DurationLine().Match(words) is { Success: true } match
            ? new TimeSpan(0, Number(match, 1), Number(match, 2), Number(match, 3), Number(match, 4) * 10)
            : null;

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static string? Demuxer(string mimeType) => mimeType.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "video/mp4" or "video/quicktime" => "mov",
        "video/webm" or "video/x-matroska" => "matroska",
        _ => null,
    };

    // ISO 14496-12: the first box is ftyp, in old files another; RFC 8794: an EBML header.
    private static bool LooksLike(string demuxer, ReadOnlySpan<byte> data) => demuxer == "mov"
        ? data.Length >= 12 && (data[4..].StartsWith("ftyp"u8) || data[4..].StartsWith("moov"u8) || data[4..].StartsWith("mdat"u8) || data[4..].StartsWith("wide"u8) || data[4..].StartsWith("free"u8))
        : data.StartsWith(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 });

    private static string? FindProgram(string decoder) =>
        decoder.Contains('/', StringComparison.Ordinal)
            ? File.Exists(decoder) ? decoder : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, decoder)).FirstOrDefault(File.Exists);

    [GeneratedRegex(@"Duration: (\d{1,3}):(\d\d):(\d\d)\.(\d\d)")]
    private static partial Regex DurationLine();
}
