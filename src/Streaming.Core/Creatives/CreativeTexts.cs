using Streaming.Core.Contracts;

namespace Streaming.Core.Creatives;

/// <summary>What a creative says.</summary>
public static class CreativeTexts
{
    /// <summary>The first text with role <c>title</c>, else the first text, else empty.</summary>
    public static string Title(this Creative creative)
    {
        foreach (var text in creative.Texts)
        {
            if (text.Role == "title")
                return text.Text;
        }
        return creative.Texts.Count > 0 ? creative.Texts[0].Text : "";
    }
}
