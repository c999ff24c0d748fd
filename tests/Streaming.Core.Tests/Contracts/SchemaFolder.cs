namespace Streaming.Core.Tests.Contracts;

/// <summary>The repository's <c>schemas/</c>, found from where the tests run.</summary>
internal static class SchemaFolder
{
    public static string Root { get; } = Find();

    public static string Golden => Path.Combine(Root, "golden");

    public static string Released => Path.Combine(Root, "released");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Streaming.sln")))
                return Path.Combine(folder.FullName, "schemas");
        }
        throw new DirectoryNotFoundException("No folder above the tests holds Streaming.sln: run them inside the repository.");
    }
}
