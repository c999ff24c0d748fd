using YamlDotNet.RepresentationModel;

namespace Streaming.Server.Tests.Deployment;

/// <summary>Reading YAML without declaring a type for it: what is absent is empty.</summary>
internal static class YamlNodes
{
    /// <summary>The documents of a text, without the empty ones. A malformed text throws YamlException.</summary>
    public static IReadOnlyList<YamlNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    public static YamlNode? At(this YamlNode? node, params IEnumerable<string> path) =>
        path.Aggregate(node, (current, key) => current is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null);

    public static string Text(this YamlNode? node) => (node as YamlScalarNode)?.Value ?? "";

    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node as YamlSequenceNode ?? Enumerable.Empty<YamlNode>();

    public static IEnumerable<string> Texts(this YamlNode? node) => node.Items().Select(item => item.Text());

    public static IEnumerable<KeyValuePair<string, YamlNode>> Entries(this YamlNode? node) =>
        (node as YamlMappingNode)?.Children.Select(entry => KeyValuePair.Create(entry.Key.Text(), entry.Value)) ?? [];

    /// <summary>Every key with its value, at any depth.</summary>
    public static IEnumerable<KeyValuePair<string, YamlNode>> Descendants(this YamlNode? node) =>
        node.Entries().SelectMany(entry => entry.Value.Descendants().Prepend(entry)).Concat(node.Items().SelectMany(item => item.Descendants()));
}
