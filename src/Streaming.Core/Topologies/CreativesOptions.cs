namespace Streaming.Core.Topologies;

/// <summary>Settings of the creatives role. Read once.</summary>
public sealed record CreativesOptions
{
    /// <summary>Folder of the encoder (manifest.json, ONNX file), relative to the topology file's parent.</summary>
    public string Encoder { get; init; } = "";

    /// <summary>Folder of the codebook (manifest.json, centroids), relative to the topology file's parent.</summary>
    public string Codebook { get; init; } = "";

    /// <summary>Folder of the tagger (manifest.json, detectors), relative to the topology file's parent; empty = tags from words and pixels only.</summary>
    public string Tagger { get; init; } = "";

    /// <summary>Pictures and videos.</summary>
    public MediaOptions Media { get; init; } = new();
}
