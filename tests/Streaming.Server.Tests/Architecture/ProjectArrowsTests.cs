namespace Streaming.Server.Tests.Architecture;

public sealed class ProjectArrowsTests
{
    [Fact]
    public void Every_project_under_src_is_in_the_table() =>
        Assert.Equal(ProjectArrows.Projects.Order(StringComparer.Ordinal), Directory.EnumerateDirectories(RepositoryFiles.PathOf("src")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));

    [Fact]
    public void Projects_reference_only_what_they_may() =>
        Assert.Empty(ProjectArrows.Projects.SelectMany(p => ProjectArrows.InProject(p, RepositoryFiles.Read($"src/{p}/{p}.csproj"))));

    [Fact]
    public void Sources_use_only_what_their_project_may()
    {
        var sources = ProjectArrows.Projects.SelectMany(p => Sources(p).Select(file => (Project: p, File: file))).ToList();
        Assert.True(sources.Count > 100);
        Assert.Empty(sources.SelectMany(s => ProjectArrows.InSource(s.Project, s.File, File.ReadAllText(s.File))));
    }

    [Theory]
    [InlineData("Streaming.Core", "ProjectReference", "../Streaming.Runtime/Streaming.Runtime.csproj")]
    [InlineData("Streaming.Models", "ProjectReference", "../Streaming.Memory/Streaming.Memory.csproj")]
    [InlineData("Streaming.Runtime", "ProjectReference", "../Streaming.Kafka/Streaming.Kafka.csproj")]
    [InlineData("Streaming.Client", "ProjectReference", "../Streaming.Runtime/Streaming.Runtime.csproj")]
    [InlineData("Streaming.Core", "PackageReference", "System.Numerics.Tensors")]
    [InlineData("Streaming.Runtime", "PackageReference", "Confluent.Kafka")]
    [InlineData("Streaming.Server", "PackageReference", "Newtonsoft.Json")]
    public void A_planted_reference_is_found(string project, string item, string include) =>
        Assert.Single(ProjectArrows.InProject(project, $"<Project><ItemGroup><{item} Include=\"{include}\" /></ItemGroup></Project>"));

    [Theory]
    [InlineData("Streaming.Core", "using Microsoft.Extensions.Logging;")]
    [InlineData("Streaming.Core", "using Streaming.Runtime.Tasks;")]
    [InlineData("Streaming.Runtime", "using Streaming.Models.Hstu;")]
    [InlineData("Streaming.Runtime", "var sink = new Streaming.Kafka.Clients.KafkaRecordSink();")]
    [InlineData("Streaming.Memory", "using Rules = Streaming.Server.Topologies.TopologyFile;")]
    [InlineData("Streaming.Client", "using static Streaming.Runtime.Records.InputRecord;")]
    public void A_planted_use_is_found(string project, string line) =>
        Assert.NotEmpty(ProjectArrows.InSource(project, "Planted.cs", $"using System;\n{line}\n"));

    [Theory]
    [InlineData("Streaming.Kafka", "using Streaming.Core.Topologies;\nusing Confluent.Kafka;")]
    [InlineData("Streaming.Core", "using Google.Protobuf;\nusing System.Text;\n// never Streaming.Runtime.Tasks")]
    public void A_right_use_is_not(string project, string text) => Assert.Empty(ProjectArrows.InSource(project, "Right.cs", text));

    private static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(RepositoryFiles.PathOf($"src/{project}"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}
