using System.Buffers.Binary;
using System.Text.Json;

namespace Streaming.Models.Weights;

internal static class SafetensorsReader
{
    public static Dictionary<string, WeightTensor> Read(ReadOnlySpan<byte> file)
    {
        var header = HeaderOf(file);
        var data = file[(Safetensors.LengthBytes + header.Length)..];
        var entries = ParseHeader(header);
        RequireExactCover(entries, data.Length);

        var tensors = new Dictionary<string, WeightTensor>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var bytes = data[(int)entry.Begin..(int)entry.End];
            if (!tensors.TryAdd(entry.Name, new WeightTensor(entry.Name, entry.Shape, ToFloats(bytes))))
                throw Bad(entry.Name, "appears twice in the header");
        }
        return tensors;
    }

    private static ReadOnlySpan<byte> HeaderOf(ReadOnlySpan<byte> file)
    {
        if (file.Length < Safetensors.LengthBytes)
            throw new ModelFormatException($"A safetensors file starts with {Safetensors.LengthBytes} length bytes but this one has {file.Length} bytes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file);
        var rest = file.Length - Safetensors.LengthBytes;
        if (length > (ulong)rest)
            throw new ModelFormatException($"The safetensors header claims {length} bytes but only {rest} follow.");
        return file.Slice(Safetensors.LengthBytes, (int)length);
    }

    private static List<Entry> ParseHeader(ReadOnlySpan<byte> header)
    {
        try
        {
            var reader = new Utf8JsonReader(header);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read()) throw new ModelFormatException("The safetensors header holds more than one JSON value.");
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ModelFormatException($"The safetensors header is a JSON {document.RootElement.ValueKind}, not an object.");
            return document.RootElement.EnumerateObject().Where(p => p.Name != Safetensors.MetadataKey).Select(ParseEntry).ToList();
        }
        // InvalidOperationException: a name that is not UTF-8.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFormatException($"The safetensors header is not JSON: {e.Message}", e);
        }
    }

    private static Entry ParseEntry(JsonProperty property)
    {
        var name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object) throw Bad(name, $"is described by a JSON {property.Value.ValueKind}, not an object");
        if (!property.Value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String) throw Bad(name, "has no 'dtype'");
        if (type.GetString() != "F32") throw Bad(name, $"has dtype '{type.GetString()}' but only F32 is supported");

        var shape = Numbers(name, property.Value, "shape");
        var offsets = Numbers(name, property.Value, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1]) throw Bad(name, $"has data_offsets [{string.Join(", ", offsets)}]; expected [begin, end]");

        var entry = new Entry(name, Array.ConvertAll(shape, length => LengthOf(name, length)), offsets[0], offsets[1]);
        RequireBytes(entry);
        return entry;
    }

    private static long[] Numbers(string tensor, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array) throw Bad(tensor, $"has no array '{key}'");
        return array.EnumerateArray().Select(number =>
            number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) && value >= 0
                ? value
                : throw Bad(tensor, $"has {number.GetRawText()} in '{key}'; expected whole numbers of at least 0")).ToArray();
    }

    private static int LengthOf(string tensor, long length) =>
        length <= int.MaxValue ? (int)length : throw Bad(tensor, $"has an axis of length {length}; at most {int.MaxValue} is supported");

    private static void RequireBytes(Entry entry)
    {
        Int128 expected = sizeof(float);
        // Capped, because a long enough list of lengths would overflow even 128 bits.
        foreach (var length in entry.Shape) expected = Int128.Min(expected * length, long.MaxValue);
        if (expected != entry.End - entry.Begin)
            throw Bad(entry.Name, $"of shape {WeightTensor.Describe(entry.Shape)} needs {expected} bytes but data_offsets span {entry.End - entry.Begin}");
    }

    private static void RequireExactCover(List<Entry> entries, int dataBytes)
    {
        long expected = 0;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.End > dataBytes) throw Bad(entry.Name, $"ends at byte {entry.End} but the data has {dataBytes}");
            if (entry.Begin < expected) throw Bad(entry.Name, $"begins at byte {entry.Begin} and overlaps a tensor that ends at {expected}");
            if (entry.Begin > expected) throw Bad(entry.Name, $"begins at byte {entry.Begin} and leaves a hole after {expected}");
            expected = entry.End;
        }
        if (expected != dataBytes) throw new ModelFormatException($"The safetensors data has {dataBytes} bytes but the tensors end at {expected}.");
    }

    private static float[] ToFloats(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }

    private static ModelFormatException Bad(string tensor, string what) => new($"Tensor '{tensor}' {what}.");

    private readonly record struct Entry(string Name, int[] Shape, long Begin, long End);
}
