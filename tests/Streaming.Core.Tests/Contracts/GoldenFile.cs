using System.Text;
using Google.Protobuf;

namespace Streaming.Core.Tests.Contracts;

/// <summary>
/// One golden message: a comment line with its JSON for the reader of a diff, then its bytes in hexadecimal, 32 a line.
/// </summary>
internal static class GoldenFile
{
    private const int BytesPerLine = 32;

    public static string Render(IMessage message)
    {
        StringBuilder text = new();
        text.Append("# ").Append(JsonFormatter.Default.Format(message)).Append('\n');
        foreach (byte[] line in message.ToByteArray().Chunk(BytesPerLine))
            text.Append(Convert.ToHexStringLower(line)).Append('\n');
        return text.ToString();
    }

    public static byte[] Bytes(string text) =>
        Convert.FromHexString(string.Concat(text.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Trim())));
}
