using System.Xml.Linq;

namespace Streaming.Server.Tests.Deployment;

/// <summary>What can be known about the Dockerfile without a Docker engine.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Lines = RepositoryFiles.Read("Dockerfile").Split('\n');

    private static IEnumerable<string> Instructions(string name) =>
        Lines.Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..]);

    [Fact]
    public void Image_runs_the_assembly_that_the_server_project_builds()
    {
        var project = XDocument.Parse(RepositoryFiles.Read("src/Streaming.Server/Streaming.Server.csproj"));
        Assert.Equal($"[\"/app/{project.Descendants("AssemblyName").Single().Value}\"]", Assert.Single(Instructions("ENTRYPOINT")));
    }

    [Fact]
    public void Image_has_the_runtime_of_the_target_framework_and_drops_root()
    {
        var framework = XDocument.Parse(RepositoryFiles.Read("Directory.Build.props")).Descendants("TargetFramework").Single().Value;
        var images = Assert.Single(Instructions("ARG"), line => line.StartsWith("DOTNET=", StringComparison.Ordinal));
        Assert.StartsWith($"DOTNET={framework["net".Length..]}-", images, StringComparison.Ordinal);
        Assert.Equal("$APP_UID", Instructions("USER").Last());
    }

    [ProgramFact]
    public void Every_copied_path_is_in_the_checkout_and_not_ignored()
    {
        var ignored = RepositoryFiles.Read(".dockerignore").Split('\n');
        var sources = Instructions("COPY").Where(line => !line.StartsWith("--from", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0]).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source =>
        {
            Assert.True(RepositoryFiles.Exists(source), source);
            Assert.DoesNotContain(source, ignored);
        });
    }

    [ProgramFact]
    public void Default_topology_of_the_chart_and_of_compose_is_in_the_image() =>
        Assert.True(RepositoryFiles.Exists("topologies/ads.yaml"), "docker-compose.yml and the chart start /app/topologies/ads.yaml");
}
