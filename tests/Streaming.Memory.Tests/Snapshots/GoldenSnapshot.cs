namespace Streaming.Memory.Tests.Snapshots;

/// <summary>The bytes of version 1, in hexadecimal, 32 a line. STREAMING_UPDATE_GOLDEN=1 writes them anew: a version that was released keeps its bytes.</summary>
internal static class GoldenSnapshot
{
    private const int BytesPerLine = 32;

    public static byte[] Read() => Convert.FromHexString(File.ReadAllText(Find()).ReplaceLineEndings(""));

    public static void UpdateIfWanted(byte[] bytes)
    {
        if (Environment.GetEnvironmentVariable("STREAMING_UPDATE_GOLDEN") == "1")
            File.WriteAllLines(Find(), bytes.Chunk(BytesPerLine).Select(Convert.ToHexStringLower));
    }

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Streaming.sln")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "tests", "Streaming.Memory.Tests", "Snapshots", "golden", "version-1.hex");
    }
}
