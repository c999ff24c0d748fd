using YamlDotNet.RepresentationModel;

namespace Streaming.Core.Tests.Contracts;

/// <summary>The parsed <c>asyncapi.yaml</c>, walked by path; a missing step is an error that names it.</summary>
internal sealed class AsyncApiDocument
{
    private AsyncApiDocument(YamlMappingNode root) => Root = root;

    public YamlMappingNode Root { get; }

    public static AsyncApiDocument Load()
    {
        YamlStream stream = [];
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(SchemaFolder.Root, "asyncapi.yaml"))));
        return new((YamlMappingNode)stream.Documents[0].RootNode);
    }

    /// <summary>The channels by address.</summary>
    public IReadOnlyDictionary<string, YamlMappingNode> Channels =>
        Map(Root, "channels").Children.Values.Cast<YamlMappingNode>().ToDictionary(channel => Text(channel, "address"));

    public IEnumerable<YamlMappingNode> MessagesOf(YamlMappingNode channel) =>
        Map(channel, "messages").Children.Values.Select(message => Resolve(Text((YamlMappingNode)message, "$ref")));

    public IEnumerable<YamlMappingNode> TraitsOf(YamlMappingNode message) =>
        message.Children.TryGetValue("traits", out var traits)
            ? ((YamlSequenceNode)traits).Select(trait => Resolve(Text((YamlMappingNode)trait, "$ref")))
            : [];

    /// <summary>Every <c>$ref</c> of the page.</summary>
    public IEnumerable<string> References =>
        Root.AllNodes.OfType<YamlMappingNode>().Where(node => node.Children.ContainsKey("$ref")).Select(node => Text(node, "$ref")).Distinct();

    /// <summary>What a reference within the page points to.</summary>
    public YamlMappingNode Resolve(string reference) => Map(Root, reference.TrimStart('#', '/').Split('/'));

    public static YamlMappingNode Map(YamlMappingNode node, params string[] path) =>
        path.Aggregate(node, (at, step) => (YamlMappingNode)Child(at, step));

    public static string Text(YamlMappingNode node, string name) => ((YamlScalarNode)Child(node, name)).Value!;

    public static string[] Texts(YamlMappingNode node, string name) =>
        [.. ((YamlSequenceNode)Child(node, name)).Select(item => ((YamlScalarNode)item).Value!)];

    private static YamlNode Child(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out var child) ? child : throw new KeyNotFoundException($"asyncapi.yaml, line {node.Start.Line}: no '{name}'");
}
