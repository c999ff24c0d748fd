namespace Streaming.Models.Tests.Encoders;

/// <summary>The pre-trained models beside the repository, and folders that put one of them behind a manifest of this program.</summary>
internal static class SharedModels
{
    public static string Folder(string model) =>
        Path.Combine(Environment.GetEnvironmentVariable("STREAMING_SHARED") ?? Path.Combine(RepositoryFiles.Root, "..", "shared"), "models", model);

    /// <summary>A folder with a manifest of manifests/ and links to the files that it names.</summary>
    public static TemporaryDirectory Plug(string manifest, string model)
    {
        var directory = new TemporaryDirectory();
        File.Copy(Path.Combine(RepositoryFiles.Root, "tests", "Streaming.Models.Tests", "Encoders", "manifests", manifest), directory.File("manifest.json"));
        foreach (var file in Directory.GetFiles(Folder(model)).Where(f => Path.GetFileName(f) is not "manifest.json"))
            File.CreateSymbolicLink(directory.File(Path.GetFileName(file)), file);
        return directory;
    }
}
