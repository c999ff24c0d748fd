using Streaming.Core.Contracts;
using Streaming.Models.Tags;
using Streaming.Runtime.Creatives;

namespace Streaming.Server.Composition.Adapters;

/// <summary>The tags that a creative's words give; the others stay absent.</summary>
internal sealed class TextTagger : ICreativeTagger
{
    public CreativeTags Tag(Creative creative)
    {
        var tags = new CreativeTags();
        TextTags.Fill([.. creative.Texts.Select(t => t.Text)], tags);
        return tags;
    }
}
