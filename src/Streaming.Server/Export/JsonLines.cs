using System.Text.Encodings.Web;
using System.Text.Json;

namespace Streaming.Server.Export;

/// <summary>Writes a file of JSON objects, one a line, in UTF-8. Floats are the shortest digits that give the same bits again.</summary>
internal sealed class JsonLines : IDisposable
{
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;

    public JsonLines(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
        _json = new Utf8JsonWriter(_file, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Writes a line with the properties that <paramref name="properties"/> writes.</summary>
    public void Write(Action<Utf8JsonWriter> properties)
    {
        _json.WriteStartObject();
        properties(_json);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _file.WriteByte((byte)'\n');
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }
}
