using System.Diagnostics;

namespace Streaming.Server.Tests.Media;

/// <summary>A test with the real ffmpeg; skipped where none is on the PATH.</summary>
public sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "ffmpeg"))))
            Skip = "There is no ffmpeg on the PATH.";
    }

    /// <summary>Four seconds that go from black to white, written by it.</summary>
    public static async Task<byte[]> FilmAsync(string path)
    {
        string[] arguments = ["-v", "error", "-f", "lavfi", "-i", "color=black:s=320x180:r=10:d=4,format=yuv420p,geq=lum='N*5+20':cb=128:cr=128", "-c:v", "mpeg4", path];
        using var process = Process.Start("ffmpeg", arguments);
        await process.WaitForExitAsync();
        return await File.ReadAllBytesAsync(path);
    }
}
