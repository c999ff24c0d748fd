using Streaming.Core.Contracts;
using Streaming.Models.Detectors;
using Streaming.Models.Tags;
using Streaming.Runtime.Creatives;
using Streaming.Server.LanguageModel;
using Streaming.Server.Media;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The tags that a creative's words and pixels give, and those of the detectors that the topology names; the others stay absent.</summary>
internal sealed class CreativeTagger(PictureTagger? detectors) : ICreativeTagger
{
    public CreativeTags Tag(Creative creative, ICreativeMedia media)
    {
        var pictures = (CreativePictures)media;
        var tags = new CreativeTags();
        // What is written in a picture says as much as what is written beside it.
        var written = detectors?.Fill(pictures.Images, tags) ?? [];
        TextTags.Fill([.. creative.Texts.Select(t => t.Text), .. written], tags);
        PixelTags.Fill(pictures.Images, tags);
        if (pictures.Duration is { } duration)
            tags.Duration = duration.TotalSeconds;
        SuggestedTags.Fill(pictures.Labels, tags);
        return tags;
    }
}
