using Streaming.Core.Contracts;

namespace Streaming.Models.Tags;

/// <summary>
/// The tags that follow from a creative's texts alone: <c>text</c>, <c>text_length</c>, <c>text_key_words</c> and
/// <c>text_type</c>. Every other tag is left as it is.
/// </summary>
public static class TextTags
{
    /// <param name="texts">The creative's texts, in order of importance; may be empty.</param>
    /// <param name="tags">Receives the tags. <c>text_type</c> is cleared when there is no text to judge.</param>
    public static void Fill(IReadOnlyList<string> texts, CreativeTags tags)
    {
        var hasText = texts.Any(text => !string.IsNullOrWhiteSpace(text));
        tags.Text = hasText;
        tags.TextLength = (uint)texts.Sum(CodePoints);
        tags.TextKeyWords.Clear();
        tags.TextKeyWords.AddRange(KeyWords.Of(texts));
        if (hasText)
            tags.TextType = TextTypes.Of(texts);
        else
            tags.ClearTextType();
    }

    private static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
