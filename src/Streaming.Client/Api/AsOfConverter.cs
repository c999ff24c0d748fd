using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Client.Api;

/// <summary>Writes a version as a number and a moment as a string.</summary>
internal sealed class AsOfConverter : JsonConverter<AsOf>
{
    public override AsOf Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? AsOf.Version(reader.GetInt64()) : AsOf.Time(reader.GetDateTimeOffset());

    public override void Write(Utf8JsonWriter writer, AsOf value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value.ToString());
    }
}
