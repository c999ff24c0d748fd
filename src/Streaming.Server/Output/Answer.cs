using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Server.Output;

/// <summary>A command's answer on standard output: text for people, one JSON object a line for machines.</summary>
internal static class Answer
{
    /// <summary>Names as in the schemas; what is null is left out.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The answer is not embedded in HTML: titles stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(bool json, object answer, string text) => Console.WriteLine(json ? Line(answer) : text);

    public static string Line(object answer) => JsonSerializer.Serialize(answer, answer.GetType(), Json);
}
