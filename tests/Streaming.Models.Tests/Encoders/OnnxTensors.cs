using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Streaming.Models.Tests;

/// <summary>Reads "table" and "projection" out of the default encoder's ONNX file, without ONNX Runtime.</summary>
internal static class OnnxTensors
{
    public static (Half[] Table, float[] Projection) Read(string path)
    {
        var graph = Fields(File.ReadAllBytes(path)).Single(field => field.Number == 7).Data;
        var tensors = Fields(graph).Where(field => field.Number == 5).Select(field => Fields(field.Data).ToList())
            .ToDictionary(tensor => tensor.Single(f => f.Number == 8).Data.AsText(), tensor => tensor.Single(f => f.Number == 9).Data);
        return (MemoryMarshal.Cast<byte, Half>(tensors["table"]).ToArray(), MemoryMarshal.Cast<byte, float>(tensors["projection"]).ToArray());
    }

    private static string AsText(this byte[] utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    private static List<(int Number, byte[] Data)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is > 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
            else
                input.SkipLastField();
        }
        return fields;
    }
}
