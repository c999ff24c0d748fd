using Streaming.Models.SemanticIds;
using Streaming.Server.Commands;

namespace Streaming.Server.Codebooks;

/// <summary>Finds semantic IDs by a path: a codebook's folder, or a file of published IDs.</summary>
internal static class SemanticIdSource
{
    /// <exception cref="CommandException">It is neither.</exception>
    public static SemanticIdTable Read(string path, Catalogue catalogue)
    {
        if (path.EndsWith(PublishedIds.Ending, StringComparison.Ordinal) && File.Exists(path))
            return PublishedIds.Read(path, catalogue);
        if (Directory.Exists(path))
            return catalogue.Assign(Codebook.Load(path));
        throw new CommandException($"'{path}' is neither a codebook's folder nor a file *{PublishedIds.Ending}");
    }
}
