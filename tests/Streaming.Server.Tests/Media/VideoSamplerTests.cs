using System.Runtime.Versioning;
using Streaming.Core.Topologies;
using Streaming.Models.Media;
using Streaming.Runtime.Metrics;
using Streaming.Server.Media;

namespace Streaming.Server.Tests.Media;

/// <summary>With scripts in place of ffmpeg, which behave as it would, or worse; and with the real one where it is on the PATH.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class VideoSamplerTests : IDisposable
{
    private static readonly byte[] Mp4 = [0, 0, 0, 24, .. "ftypmp42"u8, .. new byte[64]];

    private readonly TestDirectory _folder = new();
    private readonly RuntimeMetrics _metrics = new();
    private readonly HeldTimers _clock = new();

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Frames_and_duration_come_from_the_decoder()
    {
        // Two frames of 2 × 1: red, green; blue, white.
        using var sampler = Script("""
            case "$*" in *pipe:1*) printf 'P6\n2 1\n255\n\377\0\0\0\377\0P6\n2 1\n255\n\0\0\377\377\377\377';; *) echo "  Duration: 00:00:05.50, start: 0" >&2; exit 1;; esac
            """);
        using var result = await sampler.SampleAsync(Mp4, "video/mp4", default);

        Assert.Null(result.Fault);
        Assert.Equal(TimeSpan.FromSeconds(5.5), result.Duration);
        Assert.Equal([[255, 0, 0, 0, 255, 0], [0, 0, 255, 255, 255, 255]], result.Frames.Select(f => f.Pixels.ToArray()));
    }

    [Theory]
    [InlineData("exit 1", "it does not say how long it is")]
    [InlineData("echo '  Duration: N/A' >&2", "it does not say how long it is")]
    [InlineData("echo '  Duration: 00:00:00.00' >&2", "it does not say how long it is")]
    [InlineData("echo '  Duration: 00:00:01.00' >&2; exit 1", "no frame can be decoded")]
    [InlineData("echo '  Duration: 00:00:01.00' >&2; printf 'P6\\n9 9\\n255\\nshort'", "no frame can be decoded")]
    [InlineData("echo '  Duration: 00:00:01.00' >&2; printf 'P6\\n99999 99999\\n255\\n'", "no frame can be decoded")]
    [InlineData("echo '  Duration: 00:00:01.00' >&2; case \"$*\" in *pipe:1*) yes;; esac", "its frames are larger than they were asked for")]
    [InlineData("yes >&2", "it cannot be taken apart within 0.3 s")]
    [InlineData("while true; do :; done", "it cannot be taken apart within 0.3 s")]
    [InlineData("while true; do :; done & wait", "it cannot be taken apart within 0.3 s")]
    public async Task A_decoder_that_fails_or_does_not_end_is_a_fault_and_leaves_no_process(string script, string says)
    {
        var marker = _folder.PathOf("pid");
        using var sampler = Script($"echo $$ >> {marker}\n{script}", o => o with { Timeout = TimeSpan.FromMilliseconds(300) });
        var sampling = sampler.SampleAsync(Mp4, "video/mp4", default);
        // Time is up when the decoder runs: on a busy machine it would be before it has begun.
        await Eventually.HoldsAsync("the decoder runs", () => File.Exists(marker) && new FileInfo(marker).Length > 0);
        if (says.Contains("within", StringComparison.Ordinal))
            _clock.End();
        using var result = await sampling;

        Assert.Equal(MediaVerdict.Damaged, result.Fault!.Verdict);
        Assert.Contains(says, result.Fault.Rule, StringComparison.Ordinal);
        Assert.Empty(result.Frames);
        foreach (var pid in await File.ReadAllLinesAsync(marker))
            await Eventually.HoldsAsync($"process {pid} has ended", () => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("video/mp4", MediaVerdict.WrongType)]
    [InlineData("video/webm", MediaVerdict.WrongType)]
    [InlineData("video/x-msvideo", MediaVerdict.UnknownType)]
    [InlineData("video/", MediaVerdict.UnknownType)]
    public async Task A_file_that_is_not_what_it_is_said_to_be_starts_no_process(string mimeType, MediaVerdict verdict)
    {
        var marker = _folder.PathOf("pid");
        using var sampler = Script($"echo $$ >> {marker}");
        // A playlist, which a decoder that guesses would follow to other files.
        using var result = await sampler.SampleAsync("#EXTM3U\nfile:///etc/passwd\n"u8.ToArray(), mimeType, default);
        Assert.Equal(verdict, result.Fault!.Verdict);
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public void Without_a_program_there_is_no_sampler()
    {
        Assert.Null(VideoSampler.Find(new VideoOptions { Decoder = "none" }, 1, _metrics.Media, TimeProvider.System));
        Assert.Null(VideoSampler.Find(new VideoOptions { Decoder = "no-such-program" }, 1, _metrics.Media, TimeProvider.System));
        Assert.Null(VideoSampler.Find(new VideoOptions { Decoder = "/no/such/program" }, 1, _metrics.Media, TimeProvider.System));
    }

    [FfmpegFact]
    public async Task The_real_decoder_gives_evenly_spread_frames()
    {
        var film = await FfmpegFactAttribute.FilmAsync(_folder.PathOf("film.mp4"));
        using var sampler = VideoSampler.Find(new VideoOptions { Timeout = TimeSpan.FromSeconds(30) }, 8 << 20, _metrics.Media, TimeProvider.System)!;
        using var result = await sampler.SampleAsync(film, "video/mp4", default);

        Assert.Null(result.Fault);
        Assert.Equal(4.0, result.Duration!.Value.TotalSeconds, 1);
        Assert.Equal(4, result.Frames.Count);
        // It goes from black to white: each frame is lighter than the one before.
        var light = result.Frames.Select(f => (int)f.Pixels[f.Pixels.Length / 2]).ToList();
        Assert.Equal(light.Order(), light);
        Assert.True(light[^1] - light[0] > 80, string.Join(' ', light));

        using var cut = await sampler.SampleAsync(film.AsMemory(0, film.Length / 2), "video/mp4", default);
        Assert.NotNull(cut.Fault);
    }

    private VideoSampler Script(string body, Func<VideoOptions, VideoOptions>? edit = null)
    {
        var path = _folder.PathOf("decoder");
        File.WriteAllText(path, $"#!/bin/bash\nPATH=/usr/bin:/bin\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = new VideoOptions { Decoder = path };
        return VideoSampler.Find(edit?.Invoke(options) ?? options, 8 << 20, _metrics.Media, _clock)!;
    }
}
