using System.Globalization;
using System.Text.Json.Serialization;

namespace Streaming.Client.Api;

/// <summary>An older version of a namespace: by its number, or by a moment at which it was the newest. Where several instances hold the namespace, by a moment.</summary>
[JsonConverter(typeof(AsOfConverter))]
public readonly record struct AsOf
{
    private readonly long _version;
    private readonly DateTimeOffset? _moment;

    private AsOf(long version, DateTimeOffset? moment) => (_version, _moment) = (version, moment);

    /// <summary>The version with this number.</summary>
    public static AsOf Version(long number) => new(number, null);

    /// <summary>The version that was the newest then.</summary>
    public static AsOf Time(DateTimeOffset moment) => new(0, moment);

    internal long? Number => _moment is null ? _version : null;

    /// <summary>As the API reads it.</summary>
    public override string ToString() =>
        _moment is { } moment ? moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) : _version.ToString(CultureInfo.InvariantCulture);
}
