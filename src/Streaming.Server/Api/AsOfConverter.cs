using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Server.Api;

/// <summary>Reads <c>as_of</c> from JSON, where a version is a number and a time is a string.</summary>
internal sealed class AsOfConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var version) ? version.ToString(CultureInfo.InvariantCulture) : reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
