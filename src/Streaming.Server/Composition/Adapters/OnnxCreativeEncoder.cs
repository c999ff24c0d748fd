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

    public int BatchMax => encoder.TextBatchMax;

    public bool ReadsMedia => encoder.ReadsImages;

    public void Encode(Creative creative, ICreativeMedia media, Span<float> embedding) =>
        encoder.Encode([new EncoderInput(CreativeTextComposer.Compose(creative), ((CreativePictures)media).Images is [var first, ..] ? first : null)], embedding);

    public void EncodeTexts(IReadOnlyList<Creative> creatives, Span<float> embeddings) =>
        encoder.Encode([.. creatives.Select(creative => new EncoderInput(CreativeTextComposer.Compose(creative)))], embeddings);
}
