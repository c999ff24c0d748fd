namespace Streaming.Server.Tests.Workloads;

/// <summary>A test on a public data set, a folder of <c>data</c> in <see cref="SharedFolder"/>. Skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute(string folder) => Skip = Missing(folder);

    public static string PathOf(string folder) => SharedFolder.PathOf("data", folder);

    /// <summary>Why a test on the data set cannot run, in one line, or null when it can.</summary>
    public static string? Missing(string folder) =>
        Directory.Exists(PathOf(folder)) ? null : $"The data set {folder} is not here: set STREAMING_SHARED to a folder that has data/{folder}.";
}
