namespace Streaming.Server.Tests.Deployment;

/// <summary>A fact about what the image takes from the checkout, skipped while the checkout has no program to put into one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute() =>
        Skip = Directory.EnumerateFiles(RepositoryFiles.PathOf("src/Streaming.Server"), "*.cs").Any() ? null : "src/Streaming.Server has no program yet";
}
