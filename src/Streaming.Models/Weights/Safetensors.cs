namespace Streaming.Models.Weights;

/// <summary>The safetensors format, float32 tensors only.</summary>
/// <remarks>
/// Source: the format description of the safetensors library. All numbers are little-endian:
/// <code>
/// 0        8                       8+N
/// | u64 N  | JSON header, N bytes  | data, row-major float32 |
/// header = {"name": {"dtype":"F32","shape":[2,3],"data_offsets":[begin,end]}, ..., "__metadata__": {"key":"value"}}
/// </code>
/// Offsets count from the start of the data. The tensors cover the data from end to end, without holes or overlaps.
/// </remarks>
public static class Safetensors
{
    internal const int LengthBytes = sizeof(ulong);
    internal const string MetadataKey = "__metadata__";

    /// <summary>Reads all tensors of a file's bytes.</summary>
    /// <exception cref="ModelFormatException">The bytes are damaged or hold another type than F32; the message names the tensor.</exception>
    public static IReadOnlyDictionary<string, WeightTensor> Read(ReadOnlySpan<byte> file) => SafetensorsReader.Read(file);

    /// <summary>Makes a file's bytes: tensors in the ordinal order of their names, so equal tensors give equal bytes.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name is reserved: a bug in the caller.</exception>
    public static byte[] Write(IEnumerable<WeightTensor> tensors) => SafetensorsWriter.Write(tensors);
}
