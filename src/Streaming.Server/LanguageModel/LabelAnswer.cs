using System.Text.Json;
using Streaming.Core.Topologies;

namespace Streaming.Server.LanguageModel;

/// <summary>What a language model answered, as far as it is one of the labels that were configured.</summary>
internal static class LabelAnswer
{
    /// <summary>Reads the body of a chat completion.</summary>
    /// <param name="body">JSON with <c>choices[0].message.content</c>, which is itself a JSON object of tag and label.</param>
    /// <param name="options">With the labels.</param>
    /// <param name="rejected">Answers that are none of the labels.</param>
    /// <returns>Tag and label; null when the body is not such an answer.</returns>
    public static Dictionary<string, string>? Read(ReadOnlySpan<byte> body, LanguageModelOptions options, out int rejected)
    {
        rejected = 0;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var completion = JsonDocument.ParseValue(ref reader);
            var content = completion.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
            using var labels = JsonDocument.Parse(Unfenced(content ?? ""));
            return labels.RootElement.ValueKind == JsonValueKind.Object ? Allowed(labels.RootElement, options, ref rejected) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            // JsonElement's ways to say that the document has another shape.
            return null;
        }
    }

    private static Dictionary<string, string> Allowed(JsonElement answer, LanguageModelOptions options, ref int rejected)
    {
        var allowed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tag, labels) in options.Labels)
        {
            // Null says that no label fits.
            if (!answer.TryGetProperty(tag, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            if (value.ValueKind == JsonValueKind.String && labels.Contains(value.GetString()!))
                allowed[tag] = value.GetString()!;
            else
                rejected++;
        }
        return allowed;
    }

    // Many models put JSON between lines of three back-ticks, whatever they are told.
    private static string Unfenced(string content)
    {
        var text = content.Trim();
        if (!text.StartsWith("```", StringComparison.Ordinal) || !text.EndsWith("```", StringComparison.Ordinal) || text.IndexOf('\n', StringComparison.Ordinal) is var line && line < 0)
            return text;
        return text[line..^3];
    }
}
