namespace Streaming.Server.Tests.Support;

/// <summary>What the tests read but the repository does not hold: <c>STREAMING_SHARED</c>, or ../shared beside the checkout.</summary>
internal static class SharedFolder
{
    private static readonly string Root = Environment.GetEnvironmentVariable("STREAMING_SHARED") is { Length: > 0 } named
        ? named
        : Path.Combine(RepositoryFiles.Root, "..", "shared");

    public static string PathOf(params string[] parts) => Path.GetFullPath(Path.Combine([Root, .. parts]));
}
