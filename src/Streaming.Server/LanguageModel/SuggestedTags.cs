using Streaming.Core.Contracts;

namespace Streaming.Server.LanguageModel;

/// <summary>Puts a language model's labels where nothing else could tell: what was computed or seen stays.</summary>
internal static class SuggestedTags
{
    public static void Fill(IReadOnlyDictionary<string, string>? labels, CreativeTags tags)
    {
        if (labels is null || labels.Count == 0)
            return;
        if (!tags.HasObjectType && labels.TryGetValue("object_type", out var objectType))
            tags.ObjectType = objectType;
        if (!tags.HasTextType && labels.TryGetValue("text_type", out var textType))
            tags.TextType = textType;
        if (!tags.HasTone && labels.TryGetValue("tone", out var tone))
            tags.Tone = tone;
        if (!tags.HasColor && labels.TryGetValue("color", out var colour))
            tags.Color = colour;
        if (!tags.HasTextColor && labels.TryGetValue("text_color", out var textColour))
            tags.TextColor = textColour;
    }
}
