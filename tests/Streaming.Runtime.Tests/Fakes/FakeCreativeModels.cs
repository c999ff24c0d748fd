using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Creatives;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Encoder, codebook and tagger in one: the title decides everything, and there are few codes, so that collisions are common.</summary>
internal sealed class FakeCreativeModels : ICreativeEncoder, ISemanticIdAssigner, ICreativeTagger
{
    public const int Codes = 3;

    string ICreativeEncoder.Version => "encoder-1";

    string ISemanticIdAssigner.Version => "codebook-1";

    public int Dimension => 2;

    public int Layers => 2;

    /// <summary>Makes the tagger, the last of the models, fail for a title.</summary>
    public string? FailingTitle { get; set; }

    public CreativeServices Services(TimeProvider clock) => new(this, this, this, clock);

    public void Encode(Creative creative, Span<float> embedding)
    {
        embedding[0] = StableHash.Of(creative.Title().AsSpan()) % Codes;
        embedding[1] = creative.Title().Length;
    }

    public void Assign(ReadOnlySpan<float> embedding, Span<int> codes) => (codes[0], codes[1]) = ((int)embedding[0], 7);

    public CreativeTags Tag(Creative creative) =>
        creative.Title() == FailingTitle ? throw new InvalidOperationException("the tagger failed") : new CreativeTags { Text = true };
}
