using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Creatives;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Encoder, codebook and tagger in one: the title decides everything, and there are few codes, so that collisions are common.</summary>
internal sealed class FakeCreativeModels : ICreativeEncoder, ISemanticIdAssigner, ICreativeTagger, ICreativeMediaReader
{
    public const int Codes = 3;

    string ICreativeEncoder.Version => "encoder-1";

    string ISemanticIdAssigner.Version => "codebook-1";

    public int Dimension => 2;

    public int Layers => 2;

    public int BatchMax { get; set; } = 4;

    public bool ReadsMedia => true;

    /// <summary>Sizes of the batches that were asked for, and 1 for each creative alone.</summary>
    public List<int> Encoded { get; } = [];

    /// <summary>Makes the encoder fail for a title.</summary>
    public string? UnreadableTitle { get; set; }

    /// <summary>Makes the tagger, the last of the models, fail for a title.</summary>
    public string? FailingTitle { get; set; }

    /// <summary>Reads media in place of this, which takes no notice of them.</summary>
    public ICreativeMediaReader? Media { get; set; }

    public CreativeServices Services(TimeProvider clock) => new(Media ?? this, this, this, this, clock);

    public void Encode(Creative creative, ICreativeMedia media, Span<float> embedding)
    {
        Encoded.Add(1);
        EncodeOne(creative, embedding);
    }

    public void EncodeTexts(IReadOnlyList<Creative> creatives, Span<float> embeddings)
    {
        Encoded.Add(creatives.Count);
        for (var i = 0; i < creatives.Count; i++)
            EncodeOne(creatives[i], embeddings.Slice(i * Dimension, Dimension));
    }

    public void Assign(ReadOnlySpan<float> embedding, Span<int> codes) => (codes[0], codes[1]) = ((int)embedding[0], 7);

    public CreativeTags Tag(Creative creative, ICreativeMedia media) =>
        creative.Title() == FailingTitle ? throw new InvalidOperationException("the tagger failed") : new CreativeTags { Text = true };

    bool ICreativeMediaReader.Waits(Creative creative) => false;

    private void EncodeOne(Creative creative, Span<float> embedding)
    {
        if (creative.Title() == UnreadableTitle)
            throw new InvalidDataException("the encoder failed");
        embedding[0] = StableHash.Of(creative.Title().AsSpan()) % Codes;
        embedding[1] = creative.Title().Length;
    }

    IMediaRequest? ICreativeMediaReader.Begin(Creative creative) => null;

    MediaReading ICreativeMediaReader.Read(Creative creative, IMediaRequest? request) => new(new NoPictures(), null);

    private sealed class NoPictures : ICreativeMedia
    {
        public int Pictures => 0;

        public void Dispose()
        {
        }
    }
}
