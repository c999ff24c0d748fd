namespace Streaming.Server.Api;

/// <summary>Attributes as a query string and the command line give them: name=value, each.</summary>
internal static class AttributePairs
{
    /// <summary>What a pair must be.</summary>
    public const string Rule = "must be name=value";

    /// <returns>The attributes, or the pair that is none.</returns>
    public static (Dictionary<string, string>? Attributes, string? Bad) Parse(IEnumerable<string?> pairs)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var equals = pair?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            if (equals <= 0)
                return (null, pair ?? "");
            attributes[pair![..equals]] = pair[(equals + 1)..];
        }
        return (attributes, null);
    }
}
