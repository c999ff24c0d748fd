using Streaming.Core.Validation;

namespace Streaming.Core.Tests.Validation;

internal static class ViolationAssert
{
    /// <summary>A clock for rules.</summary>
    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    /// <summary>2026-01-01T00:00:00Z.</summary>
    public const long NowMs = 1_767_225_600_000;

    /// <summary>Field and value are named, and the rule says what was expected.</summary>
    public static void Names(Violation? violation, string field, string value, string rule)
    {
        Assert.NotNull(violation);
        Assert.Equal(field, violation.Value.Field);
        Assert.StartsWith(value, violation.Value.Value, StringComparison.Ordinal);
        Assert.Contains(rule, violation.Value.Rule, StringComparison.Ordinal);
        Assert.InRange(violation.Value.Value.Length, 0, 160);
    }
}
