namespace Streaming.Models.Tests;

/// <summary>Finds the repository's own files from where the tests run.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string DefaultEncoder => Path.Combine(Root, "models", "encoder-default");

    /// <summary>The untrained encoder: format 1 of a manifest, and what learned encoders begin as.</summary>
    public static string HashedEncoder => Path.Combine(Root, "models", "encoder-hashed-1");

    public static string DefaultCodebook => Path.Combine(Root, "models", "codebook-default");

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Streaming.sln")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException($"No Streaming.sln above {AppContext.BaseDirectory}.");
    }
}
