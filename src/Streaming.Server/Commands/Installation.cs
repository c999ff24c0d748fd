namespace Streaming.Server.Commands;

/// <summary>Finds what comes with the program: topologies and models lie beside it or above it.</summary>
internal static class Installation
{
    /// <exception cref="CommandException">It is not there.</exception>
    public static string Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relativePath);
            if (Path.Exists(path))
                return path;
        }
        throw new CommandException($"{relativePath} is neither beside nor above {AppContext.BaseDirectory}: name it with its option");
    }
}
