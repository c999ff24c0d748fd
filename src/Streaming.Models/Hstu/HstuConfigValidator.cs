namespace Streaming.Models.Hstu;

/// <summary>The rules of <see cref="HstuConfig"/>.</summary>
public static class HstuConfigValidator
{
    /// <summary>Every violation, each with the value and the rule; empty for a valid configuration.</summary>
    public static IReadOnlyList<string> Validate(HstuConfig config)
    {
        var violations = new List<string>();
        RequireRange(violations, nameof(config.Layers), config.Layers, 64);
        RequireRange(violations, nameof(config.Width), config.Width, 4_096);
        RequireRange(violations, nameof(config.Heads), config.Heads, 64);
        RequireRange(violations, nameof(config.HeadWidth), config.HeadWidth, 256);
        RequireRange(violations, nameof(config.Window), config.Window, 65_536);
        RequireRange(violations, nameof(config.ContentWidth), config.ContentWidth, 4_096);
        RequireRange(violations, nameof(config.OutputWidth), config.OutputWidth, 4_096);
        RequireActions(violations, config.Actions);
        if (!Enum.IsDefined(config.TimeAnchor)) violations.Add($"TimeAnchor is {(int)config.TimeAnchor}; it must be Self or Next");
        return violations;
    }

    /// <summary>Throws when there is a violation.</summary>
    /// <exception cref="ArgumentException">The message lists every violation; the caller corrects the configuration.</exception>
    public static void ThrowIfInvalid(HstuConfig config)
    {
        var violations = Validate(config);
        if (violations.Count > 0) throw new ArgumentException($"The HSTU configuration is not valid: {string.Join("; ", violations)}");
    }

    private static void RequireRange(List<string> violations, string name, int value, int max)
    {
        if (value < 1 || value > max) violations.Add($"{name} is {value}; it must be in 1..{max}");
    }

    private static void RequireActions(List<string> violations, IReadOnlyList<string>? actions)
    {
        if (actions is null || actions.Count == 0)
        {
            violations.Add("Actions is empty; it must name at least one action");
            return;
        }
        for (var i = 0; i < actions.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(actions[i])) violations.Add($"Actions[{i}] is '{actions[i]}'; it must not be blank");
            else if (actions.Take(i).Contains(actions[i])) violations.Add($"Actions[{i}] is '{actions[i]}' a second time; names must be distinct");
        }
    }
}
