using System.Text.RegularExpressions;

namespace Streaming.Models.Tags;

/// <summary>Classifies what a creative's texts do. The first rule that any of the texts meets decides:</summary>
/// <remarks>
/// <list type="number">
/// <item><c>discount</c>: a percentage off ("20% off", "save 15%", "-30%"), an amount off ("$5 off"), or one of the words
/// discount, sale (not "for sale"), clearance, coupon, promo code, half price, buy one get one;</item>
/// <item><c>price</c>: a number beside a currency sign or ISO code ("$9.99", "9,99 €", "USD 10");</item>
/// <item><c>call_to_action</c>: a text or sentence that begins with an imperative of advertising ("shop now", "learn more",
/// "download the app", "sign up");</item>
/// <item><c>question</c>: a text that ends with a question mark;</item>
/// <item><c>statement</c>: anything else.</item>
/// </list>
/// English rules; a text of another language is most often a statement unless it shows a price, a percentage or a question mark.
/// </remarks>
internal static partial class TextTypes
{
    public static string Of(IReadOnlyList<string> texts)
    {
        if (texts.Any(text => Discount().IsMatch(text)))
            return "discount";
        if (texts.Any(text => Price().IsMatch(text)))
            return "price";
        if (texts.Any(text => CallToAction().IsMatch(text)))
            return "call_to_action";
        return texts.Any(EndsWithQuestionMark) ? "question" : "statement";
    }

    private static bool EndsWithQuestionMark(string text) => text.AsSpan().TrimEnd() is [.., '?' or '？' or '؟'];

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex("""
        \d\s?%\s?(off|discount)\b|\b(save|up\ to)\s\d{1,3}\s?%|(?<![\w.])[-−]\d{1,3}\s?%
        |[$€£¥₹]\s?\d[\d.,]*\s?off\b
        |\b(discounts?|discounted|(?<!for\ )sale|clearance|coupons?|promo\ code|half[\ -]price|buy\ one,?\ get\ one)\b
        """, Options | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Discount();

    [GeneratedRegex("""
        [$€£¥₹]\s?\d|\d\s?[$€£¥₹]
        |\b(USD|EUR|GBP|JPY|CNY|INR)\s?\d|\d\s?(USD|EUR|GBP|JPY|CNY|INR)\b
        """, Options | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Price();

    [GeneratedRegex("""
        (^|[.!?:]\s)\s*
        (
          (buy|shop|order|book|play|try|apply|call|join|start|watch|subscribe|register|donate)\s(it\s|them\s)?(now|today|free|here|us)
          |(learn|find\ out|see|read|discover)\ more|sign\ up|get\ (started|yours|it\ now|the\ app)|add\ to\ cart
          |(download|install)\s(now|today|it|the|our|for)|contact\ us|click\ here|don['’]t\ miss|hurry
          |(download|install)(?=\s*[.!]?\s*$)
        )\b
        """, Options | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CallToAction();
}
