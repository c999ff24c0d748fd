using System.Buffers.Binary;

namespace Streaming.Models.SemanticIds;

/// <summary>The bytes of <c>centroids.bin</c>.</summary>
/// <remarks>
/// <code>
/// little-endian
///  0  "SIDC"      magic
///  4  uint32      format version, 1 or 2
///  8  uint32      layers
/// 12  uint32      size
/// 16  uint32      dimension of an embedding
/// 20  uint32      format 2: 1 = biases follow, else 0
/// 24  uint32      format 2: P, affine layers of the projection, 0..8
/// 28  uint32      zero                      (format 1: 20..31 are zero)
/// 32  uint32 × P  outputs of each affine layer; the last is the dimension of a centroid
///     for each affine layer: float32 weights [output][input], float32 biases [output]
///     float32 …   centroids [layer][code][dimension of a centroid]
///     float32 …   biases [layer][code], if they follow
/// </code>
/// </remarks>
internal static class CodebookBinary
{
    /// <summary>Centroids alone.</summary>
    public const int Plain = 1;

    /// <summary>With normalised residuals, biases or a projection.</summary>
    public const int Extended = 2;

    private const int HeaderLength = 32;

    private static ReadOnlySpan<byte> Magic => "SIDC"u8;

    /// <summary>The oldest format that holds the codebook.</summary>
    public static int FormatOf(Codebook codebook) =>
        codebook.Info.NormaliseResiduals || codebook.Projection is not null || !codebook.Biases.IsEmpty ? Extended : Plain;

    public static byte[] Encode(Codebook codebook)
    {
        var content = new MemoryStream();
        var projection = codebook.Projection;
        content.Write(Magic);
        WriteInt(content, FormatOf(codebook));
        WriteInt(content, codebook.Layers);
        WriteInt(content, codebook.Size);
        WriteInt(content, codebook.Dimension);
        WriteInt(content, codebook.Biases.IsEmpty ? 0 : 1);
        WriteInt(content, projection?.Layers ?? 0);
        WriteInt(content, 0);
        for (var i = 0; i < projection?.Layers; i++)
            WriteInt(content, projection.Biases(i).Length);
        for (var i = 0; i < projection?.Layers; i++)
        {
            WriteFloats(content, projection.Weights(i));
            WriteFloats(content, projection.Biases(i));
        }
        WriteFloats(content, codebook.Centroids);
        WriteFloats(content, codebook.Biases);
        return content.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not those that the manifest describes; the message says what differs.</exception>
    /// <exception cref="ArgumentException">The numbers make no codebook.</exception>
    public static Codebook Decode(ReadOnlySpan<byte> content, CodebookInfo info, int format)
    {
        if (content.Length < HeaderLength)
            throw new InvalidDataException($"{content.Length} bytes, shorter than the header of {HeaderLength}.");
        if (!content.StartsWith(Magic))
            throw new InvalidDataException($"begins with {Convert.ToHexString(content[..4])}, not with the magic {Convert.ToHexString(Magic)} (SIDC).");
        Expect(content, 4, format, "format version");
        Expect(content, 8, info.Layers, "layers");
        Expect(content, 12, info.Size, "size");
        Expect(content, 16, info.Dimension, "dimension");
        var hasBiases = format == Extended && Bounded(content, 20, 1, "biases") == 1;
        var widths = format == Extended ? ReadWidths(content) : [];

        var numbers = content[(HeaderLength + (sizeof(int) * widths.Length))..];
        var centroids = (long)info.Layers * info.Size * (widths.Length == 0 ? info.Dimension : widths[^1]);
        var biases = hasBiases ? info.Layers * info.Size : 0;
        var count = ProjectionNumbers(widths, info.Dimension) + centroids + biases;
        if (numbers.Length != count * sizeof(float))
            throw new InvalidDataException($"{numbers.Length} bytes after the header; {count} numbers need {count * sizeof(float)}.");
        var projection = ReadProjection(ref numbers, widths, info.Dimension);
        return new Codebook(info, ReadFloats(ref numbers, (int)centroids), ReadFloats(ref numbers, biases), projection);
    }

    private static int[] ReadWidths(ReadOnlySpan<byte> content)
    {
        var widths = new int[Bounded(content, 24, CodebookProjection.MaxLayers, "projection layers")];
        if (content.Length < HeaderLength + (sizeof(int) * widths.Length))
            throw new InvalidDataException($"{content.Length} bytes, shorter than the header with the widths of {widths.Length} projection layers.");
        for (var i = 0; i < widths.Length; i++)
            widths[i] = Bounded(content, HeaderLength + (sizeof(int) * i), CodebookInfo.MaxDimension, "projection width");
        return widths;
    }

    private static long ProjectionNumbers(int[] widths, int inputs)
    {
        var count = 0L;
        foreach (var outputs in widths)
        {
            count += (long)outputs * (inputs + 1);
            inputs = outputs;
        }
        return count;
    }

    private static CodebookProjection? ReadProjection(ref ReadOnlySpan<byte> numbers, int[] widths, int inputs)
    {
        List<(float[] Weights, float[] Biases)> layers = [];
        foreach (var outputs in widths)
        {
            layers.Add((ReadFloats(ref numbers, outputs * inputs), ReadFloats(ref numbers, outputs)));
            inputs = outputs;
        }
        return layers.Count == 0 ? null : new CodebookProjection(layers);
    }

    private static float[] ReadFloats(ref ReadOnlySpan<byte> numbers, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(numbers[(i * sizeof(float))..]);
        numbers = numbers[(count * sizeof(float))..];
        return values;
    }

    private static void WriteInt(Stream content, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        content.Write(bytes);
    }

    private static void WriteFloats(Stream content, ReadOnlySpan<float> values)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            content.Write(bytes);
        }
    }

    private static int Bounded(ReadOnlySpan<byte> content, int offset, int most, string what)
    {
        var value = BinaryPrimitives.ReadUInt32LittleEndian(content[offset..]);
        return value <= most ? (int)value : throw new InvalidDataException($"{what} at byte {offset} is {value}; it must be at most {most}.");
    }

    private static void Expect(ReadOnlySpan<byte> content, int offset, int expected, string what)
    {
        var actual = BinaryPrimitives.ReadUInt32LittleEndian(content[offset..]);
        if (actual != expected)
            throw new InvalidDataException($"{what} at byte {offset} is {actual}; expected {expected}.");
    }
}
