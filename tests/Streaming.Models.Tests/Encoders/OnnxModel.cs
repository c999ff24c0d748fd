using Google.Protobuf;

namespace Streaming.Models.Tests.Encoders;

/// <summary>Writes small ONNX models for tests (IR 8, opset 17, and ai.onnx.contrib for the operators of onnxruntime-extensions).</summary>
internal sealed class OnnxModel
{
    public const int Float = 1, Int32 = 6, Int64 = 7, String = 8;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _tensors = [];
    private readonly List<byte[]> _inputs = [];
    private readonly List<byte[]> _outputs = [];

    public OnnxModel Node(string op, string[] inputs, string[] outputs, string domain = "", params (string Name, object Value)[] attributes)
    {
        _nodes.Add(Message(m =>
        {
            foreach (var name in inputs)
                m.Text(1, name);
            foreach (var name in outputs)
                m.Text(2, name);
            m.Text(4, op);
            foreach (var attribute in attributes)
                m.Bytes(5, Attribute(attribute.Name, attribute.Value));
            m.Text(7, domain);
        }));
        return this;
    }

    public OnnxModel Floats(string name, long[] shape, params float[] values) => Tensor(name, Float, shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    public OnnxModel Longs(string name, long[] shape, params long[] values) => Tensor(name, Int64, shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    public OnnxModel Input(string name, int type, params object[] shape)
    {
        _inputs.Add(Value(name, type, shape));
        return this;
    }

    public OnnxModel Output(string name, int type, params object[] shape)
    {
        _outputs.Add(Value(name, type, shape));
        return this;
    }

    public byte[] Build() => Message(m =>
    {
        m.Number(1, 8);
        m.Bytes(7, Message(graph =>
        {
            _nodes.ForEach(n => graph.Bytes(1, n));
            graph.Text(2, "test");
            _tensors.ForEach(t => graph.Bytes(5, t));
            _inputs.ForEach(i => graph.Bytes(11, i));
            _outputs.ForEach(o => graph.Bytes(12, o));
        }));
        m.Bytes(8, Message(opset => opset.Number(2, 17)));
        m.Bytes(8, Message(opset =>
        {
            opset.Text(1, "ai.onnx.contrib");
            opset.Number(2, 1);
        }));
    });

    private OnnxModel Tensor(string name, int type, long[] shape, byte[] raw)
    {
        _tensors.Add(Message(m =>
        {
            foreach (var dimension in shape)
                m.Number(1, dimension);
            m.Number(2, type);
            m.Text(8, name);
            m.Bytes(9, raw);
        }));
        return this;
    }

    private static byte[] Attribute(string name, object value) => Message(m =>
    {
        m.Text(1, name);
        switch (value)
        {
            case string text:
                m.Text(4, text);
                m.Number(20, 3);
                break;
            case long[] many:
                foreach (var number in many)
                    m.Number(8, number);
                m.Number(20, 7);
                break;
            default:
                m.Number(3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                m.Number(20, 2);
                break;
        }
    });

    // A dimension is a number or, for one that varies, a name.
    private static byte[] Value(string name, int type, object[] shape) => Message(m =>
    {
        m.Text(1, name);
        m.Bytes(2, Message(t => t.Bytes(1, Message(tensor =>
        {
            tensor.Number(1, type);
            tensor.Bytes(2, Message(s =>
            {
                foreach (var dimension in shape)
                    s.Bytes(1, Message(d => Dimension(d, dimension)));
            }));
        }))));
    });

    private static void Dimension(Writer writer, object dimension)
    {
        if (dimension is string symbol)
            writer.Text(2, symbol);
        else
            writer.Number(1, Convert.ToInt64(dimension, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static byte[] Message(Action<Writer> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(new Writer(output));
        return stream.ToArray();
    }

    private sealed class Writer(CodedOutputStream output)
    {
        public void Number(int field, long value)
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteInt64(value);
        }

        public void Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

        public void Bytes(int field, byte[] value)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(value));
        }
    }
}
