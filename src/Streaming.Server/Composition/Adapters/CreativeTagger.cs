using Streaming.Core.Contracts;
using Streaming.Models.Tags;
using Streaming.Runtime.Creatives;
using Streaming.Server.Media;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The tags that a creative's words and pixels give, and those of the detectors that the topology names; the others stay absent.</summary>
internal sealed class CreativeTagger : ICreativeTagger
{
    public CreativeTags Tag(Creative creative, ICreativeMedia media)
    {
        var pictures = (CreativePictures)media;
        var tags = new CreativeTags();
        TextTags.Fill([.. creative.Texts.Select(t => t.Text)], tags);
        PixelTags.Fill(pictures.Images, tags);
        if (pictures.Duration is { } duration)
            tags.Duration = duration.TotalSeconds;
        return tags;
    }
}
