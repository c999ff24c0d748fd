using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

/// <summary>An encoder's folder in the making: files are named in the manifest by <c>"@name"</c>, which becomes name and checksum.</summary>
internal sealed class PlugIn : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _checksums = [];

    public PlugIn File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(_directory.File(name), content);
        _checksums[name] = Convert.ToHexStringLower(SHA256.HashData(content));
        return this;
    }

    public PlugIn File(string name, OnnxModel model) => File(name, model.Build());

    public PlugIn Manifest(string json)
    {
        var manifest = JsonNode.Parse(json)!;
        Resolve(manifest);
        System.IO.File.WriteAllText(_directory.File("manifest.json"), manifest.ToJsonString());
        return this;
    }

    public CreativeEncoder Load() => CreativeEncoder.Load(_directory.Path);

    public string LoadError() => Assert.Throws<InvalidDataException>(Load).Message;

    public void Dispose() => _directory.Dispose();

    private void Resolve(JsonNode? node)
    {
        if (node is not JsonObject section)
            return;
        foreach (var (name, value) in section.ToList())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var file) && file.StartsWith('@'))
                section[name] = new JsonObject { ["file"] = file[1..], ["sha256"] = _checksums[file[1..]] };
            else
                Resolve(value);
        }
    }
}
