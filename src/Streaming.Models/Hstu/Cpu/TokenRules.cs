using System.Globalization;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>What a token must be for a model.</summary>
internal static class TokenRules
{
    /// <summary>The violation, with the field, the value and the rule; null for a good token.</summary>
    public static string? Violation(HstuConfig config, in HstuToken token)
    {
        if ((uint)token.Action >= (uint)config.Actions.Count)
            return Text($"the token's action is {token.Action}; it must be in 0..{config.Actions.Count - 1}");
        if (token.Content.IsEmpty) return null;
        if (token.Content.Length != config.ContentWidth)
            return Text($"the token's content has {token.Content.Length} floats; the model's has {config.ContentWidth}");
        foreach (var value in token.Content.Span)
        {
            // Written so that not-a-number fails too.
            if (!(MathF.Abs(value) <= CpuHstuEngine.MaxContentMagnitude))
                return Text($"the token's content holds {value}; every value must be within ±{CpuHstuEngine.MaxContentMagnitude}");
        }
        return null;
    }

    private static string Text(FormattableString violation) => violation.ToString(CultureInfo.InvariantCulture);
}
