using System.Globalization;
using System.Text;
using Streaming.Core.Contracts;

namespace Streaming.Runtime.Records;

/// <summary>CloudEvents headers of what a task publishes. Those of a feature are derived from the source record alone, so that a replay makes the same bytes.</summary>
internal sealed class FeatureHeaders(string source, string type)
{
    private static readonly RecordHeader SpecVersion = new(CloudEvents.SpecVersionHeader, Encoding.UTF8.GetBytes(CloudEvents.SpecVersion));
    private static readonly RecordHeader ContentType = new(CloudEvents.ContentTypeHeader, Encoding.UTF8.GetBytes(CloudEvents.Protobuf));
    private readonly RecordHeader _source = new(CloudEvents.SourceHeader, Encoding.UTF8.GetBytes(source));
    private readonly RecordHeader _type = new(CloudEvents.TypeHeader, Encoding.UTF8.GetBytes(type));

    public RecordHeader[] For(InputRecord cause)
    {
        var id = new RecordHeader(CloudEvents.IdHeader, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{cause.Source}-{cause.Offset}")));
        var time = new RecordHeader(CloudEvents.TimeHeader, Rfc3339(cause.AppendTimeMs));
        foreach (var header in cause.Headers)
        {
            if (header.Name == CloudEvents.TraceParentHeader)
                return [SpecVersion, id, _source, _type, time, ContentType, header];
        }
        return [SpecVersion, id, _source, _type, time, ContentType];
    }

    /// <summary>Headers of a record that no one source record caused.</summary>
    /// <param name="id">Unique within the source; the same in every repetition.</param>
    /// <param name="timeMs">When what it tells of happened; Unix milliseconds.</param>
    public RecordHeader[] For(string id, long timeMs) =>
        [SpecVersion, new(CloudEvents.IdHeader, Encoding.UTF8.GetBytes(id)), _source, _type, new(CloudEvents.TimeHeader, Rfc3339(timeMs)), ContentType];

    // On a topic with the producers' timestamps any 64-bit number may come; the header then has the nearest time that can be written.
    private static byte[] Rfc3339(long unixMs)
    {
        unixMs = Math.Clamp(unixMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        Span<byte> text = stackalloc byte[32];
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).TryFormat(text, out var length, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        return text[..length].ToArray();
    }
}
