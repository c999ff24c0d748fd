using YamlDotNet.RepresentationModel;

namespace Streaming.Server.Tests.Deployment;

/// <summary>One Kubernetes object of a rendered chart.</summary>
internal sealed record Manifest(YamlNode Root)
{
    public string Kind => Root.At("kind").Text();

    public string Name => Root.At("metadata", "name").Text();

    public bool IsWorkload => Kind is "StatefulSet";

    /// <summary>The template of a workload's pods, or the pod itself.</summary>
    public YamlNode? Pod => Kind == "Pod" ? Root : Root.At("spec", "template");

    public IEnumerable<YamlNode> Containers => Pod.At("spec", "containers").Items();

    public IEnumerable<string> Arguments => Containers.SelectMany(container => container.At("args").Texts());

    public static IReadOnlyList<Manifest> ParseAll(string text) => [.. YamlNodes.Parse(text).Select(root => new Manifest(root))];

    /// <summary>Whether these labels carry all that a selector asks for. An empty selector matches nothing here: the chart never means it.</summary>
    public static bool Selects(YamlNode? selector, YamlNode? labels) =>
        selector.Entries().Any() && selector.Entries().All(entry => labels.At(entry.Key).Text() == entry.Value.Text());

    public override string ToString() => $"{Kind}/{Name}";
}
