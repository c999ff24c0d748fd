using System.Globalization;

namespace Streaming.Server.Api;

/// <summary>Which version of a namespace a question is about: a version's number, or a moment at which it was the newest.</summary>
/// <param name="Version">The number; null = the moment decides.</param>
/// <param name="Moment">The moment, where there is no number.</param>
internal readonly record struct AsOf(long? Version, DateTimeOffset Moment)
{
    /// <summary>How both are written.</summary>
    public const string Rule = "must be a version's number, or a time in RFC 3339 such as 2026-01-31T12:00:00Z";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <returns>Null when it is neither.</returns>
    public static AsOf? Parse(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return new(version, default);
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? new(null, moment) : null;
    }
}
