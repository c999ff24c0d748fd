using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Runtime.Creatives;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The ONNX text encoder as the runtime's creative encoder.</summary>
internal sealed class OnnxCreativeEncoder(CreativeEncoder encoder) : ICreativeEncoder
{
    public string Version => encoder.Version;

    public int Dimension => encoder.Dimension;

    public void Encode(Creative creative, Span<float> embedding) => encoder.Encode([CreativeTextComposer.Compose(creative)], embedding);
}
