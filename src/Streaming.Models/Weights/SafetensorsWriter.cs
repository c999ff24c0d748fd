using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Streaming.Models.Weights;

internal static class SafetensorsWriter
{
    private const int HeaderAlignmentBytes = 8;

    public static byte[] Write(IEnumerable<WeightTensor> tensors)
    {
        var sorted = tensors.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        RequireNames(sorted);

        var header = Header(sorted);
        // The format pads the header with spaces, so that the data starts aligned.
        var headerBytes = (header.Length + HeaderAlignmentBytes - 1) / HeaderAlignmentBytes * HeaderAlignmentBytes;
        var dataStart = Safetensors.LengthBytes + headerBytes;
        var file = new byte[checked(dataStart + sorted.Sum(DataBytes))];

        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)headerBytes);
        header.CopyTo(file.AsSpan(Safetensors.LengthBytes));
        file.AsSpan(Safetensors.LengthBytes + header.Length, headerBytes - header.Length).Fill((byte)' ');
        WriteData(sorted, file.AsSpan(dataStart));
        return file;
    }

    private static void RequireNames(List<WeightTensor> sorted)
    {
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].Name == Safetensors.MetadataKey) throw new ArgumentException($"'{Safetensors.MetadataKey}' is reserved.");
            if (i > 0 && sorted[i].Name == sorted[i - 1].Name) throw new ArgumentException($"Two tensors are named '{sorted[i].Name}'.");
        }
    }

    private static ReadOnlySpan<byte> Header(List<WeightTensor> sorted)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        var offset = 0;
        foreach (var tensor in sorted)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (var length in tensor.Shape) json.WriteNumberValue(length);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset = checked(offset + DataBytes(tensor)));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteData(List<WeightTensor> sorted, Span<byte> data)
    {
        var offset = 0;
        foreach (var tensor in sorted)
        {
            foreach (var value in tensor.Values)
            {
                BinaryPrimitives.WriteSingleLittleEndian(data[offset..], value);
                offset += sizeof(float);
            }
        }
    }

    private static int DataBytes(WeightTensor tensor) => checked(tensor.Values.Length * sizeof(float));
}
