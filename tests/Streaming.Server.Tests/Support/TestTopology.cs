using System.Text.RegularExpressions;
using Streaming.Core.Topologies;
using Streaming.Server.Topologies;

namespace Streaming.Server.Tests.Support;

/// <summary>The default topology on topics and groups of its own, with a short session, so that a killed instance is missed soon.</summary>
internal sealed partial class TestTopology : IDisposable
{
    private readonly TestDirectory _folder = new();

    /// <param name="prefix">Put before the name and every topic.</param>
    /// <param name="session">Session time-out, in seconds.</param>
    /// <param name="edit">Another change to the text.</param>
    public TestTopology(string prefix, int session = 6, Func<string, string>? edit = null)
    {
        Prefix = prefix;
        Path = _folder.PathOf("topology.yaml");
        var text = RepositoryFiles.Read("topologies/ads.yaml");
        text = TopicName().Replace(text, $"{{ name: {prefix}$1, partitions");
        text = Replace(text, "name: ads", $"name: {prefix}ads");
        text = Replace(text, " models/", $" {RepositoryFiles.PathOf("models")}/");
        text = Replace(text, "session_timeout: 10s", $"session_timeout: {session}s");
        text = Replace(text, "delivery_timeout: 8s", "delivery_timeout: 5s");
        File.WriteAllText(Path, edit?.Invoke(text) ?? text);
        Topology = TopologyFile.Read(Path).Topology;
    }

    /// <summary>A prefix that no other test uses.</summary>
    public static string NewPrefix() => $"t{Guid.NewGuid().ToString("N")[..8]}-";

    public string Prefix { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    public Topology Topology { get; }

    public TopologyTopics Topics => Topology.Topics;

    public void Dispose() => _folder.Dispose();

    /// <summary>Replaces what must be there: a default topology that reads otherwise must not make a test mean less.</summary>
    public static string Replace(string text, string old, string @new)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, @new, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{ name: ([a-z-]+), partitions")]
    private static partial Regex TopicName();
}
