using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Runtime.Creatives;
using Streaming.Server.Media;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The ONNX encoder as the runtime's creative encoder: a creative's words, and the first of its pictures.</summary>
internal sealed class OnnxCreativeEncoder(CreativeEncoder encoder) : ICreativeEncoder
{
    public string Version => encoder.Version;

    public int Dimension => encoder.Dimension;

    public void Encode(Creative creative, ICreativeMedia media, Span<float> embedding) =>
        encoder.Encode([new EncoderInput(CreativeTextComposer.Compose(creative), ((CreativePictures)media).Images is [var first, ..] ? first : null)], embedding);
}
