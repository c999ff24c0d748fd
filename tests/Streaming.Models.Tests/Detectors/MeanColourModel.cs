using System.Text;
using Google.Protobuf;

namespace Streaming.Models.Tests.Detectors;

/// <summary>An ONNX file laid out by hand: <c>scores</c> [1, 3] = the mean of each channel of <c>image</c> [1, 3, h, w] (GlobalAveragePool, Flatten).</summary>
/// <remarks>Field numbers of onnx.proto3: ModelProto 1 ir_version, 7 graph, 8 opset_import; GraphProto 1 node, 2 name, 11 input, 12 output.</remarks>
internal static class MeanColourModel
{
    private const int Float = 1;

    public static byte[] Build()
    {
        byte[] graph =
        [
            .. Field(1, [.. Text(1, "image"), .. Text(2, "mean"), .. Text(4, "GlobalAveragePool")]),
            .. Field(1, [.. Text(1, "mean"), .. Text(2, "scores"), .. Text(4, "Flatten")]),
            .. Text(2, "mean-colour"),
            .. Field(11, Value("image", 1, 3, 0, 0)),
            .. Field(12, Value("scores", 1, 3)),
        ];
        return [.. Number(1, 8), .. Field(7, graph), .. Field(8, Number(2, 13))];
    }

    // ValueInfoProto 1 name, 2 type; TypeProto 1 tensor_type; Tensor 1 elem_type, 2 shape; TensorShapeProto 1 dim; Dimension 1 value, 2 name.
    private static byte[] Value(string name, params int[] shape)
    {
        var dimensions = shape.Select((side, axis) => Field(1, side == 0 ? Text(2, $"axis{axis}") : Number(1, side))).SelectMany(d => d);
        return [.. Text(1, name), .. Field(2, Field(1, [.. Number(1, Float), .. Field(2, [.. dimensions])]))];
    }

    private static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => Write(output =>
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    });

    private static byte[] Number(int number, long value) => Write(output =>
    {
        output.WriteTag(number, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    });

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(output);
        return stream.ToArray();
    }
}
