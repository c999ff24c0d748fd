using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Streaming.Core.Tests.Contracts;

/// <summary>
/// A message with every field set to a value that its number and name decide, so that the bytes are the same on every run and machine.
/// Only one case of a oneof can be set at a time, hence one variant per case.
/// </summary>
internal static class FullMessages
{
    /// <summary>The variants by name: the message's name, or <c>Name.case</c> where it has a oneof.</summary>
    public static IEnumerable<(string Name, IMessage Message)> Of(MessageDescriptor descriptor)
    {
        var cases = descriptor.Oneofs.Where(oneof => !oneof.IsSynthetic).ToList();
        if (cases.Count > 1)
            throw new NotSupportedException($"{descriptor.FullName} has several oneofs: teach FullMessages to combine them.");
        return cases.Count == 0
            ? [(descriptor.Name, Fill(descriptor, null))]
            : cases[0].Fields.Select(chosen => ($"{descriptor.Name}.{chosen.Name}", Fill(descriptor, chosen)));
    }

    private static IMessage Fill(MessageDescriptor descriptor, FieldDescriptor? chosen, bool within = false)
    {
        IMessage message = descriptor.Parser.ParseFrom([]);
        foreach (FieldDescriptor field in descriptor.Fields.InFieldNumberOrder())
        {
            var own = field.FieldType == FieldType.Message && field.MessageType == descriptor;
            // A message within its own kind goes no deeper.
            if (own && !within)
                field.Accessor.SetValue(message, Fill(descriptor, chosen, within: true));
            else if (!own && (field.RealContainingOneof is null || field == chosen))
                Set(message, field);
        }
        return message;
    }

    private static void Set(IMessage message, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            // One entry: the order of a map's entries is not part of the wire format.
            var map = (IDictionary)field.Accessor.GetValue(message);
            map.Add(Scalar(field.MessageType.FindFieldByNumber(1), 0), Scalar(field.MessageType.FindFieldByNumber(2), 0));
        }
        else if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            foreach (object value in Several(field))
                list.Add(value);
        }
        else
        {
            field.Accessor.SetValue(message, field.FieldType == FieldType.Message ? Of(field.MessageType).First().Message : Scalar(field, 0));
        }
    }

    private static IEnumerable<object> Several(FieldDescriptor field) =>
        field.FieldType == FieldType.Message
            ? Of(field.MessageType).Select(variant => variant.Message)
            : [Scalar(field, 0), Scalar(field, 1)];

    /// <summary>Never a type's default, which proto3 leaves out; above 127, so that a varint takes more than one byte.</summary>
    private static object Scalar(FieldDescriptor field, int ordinal)
    {
        int number = 1_000 * field.FieldNumber + ordinal;
        return field.FieldType switch
        {
            FieldType.String => $"{field.Name}-{number.ToString(CultureInfo.InvariantCulture)}-é",
            FieldType.Bytes => ByteString.CopyFrom(0x00, 0xFF, (byte)field.FieldNumber, (byte)ordinal),
            FieldType.Bool => true,
            FieldType.Double => number + 0.25,
            FieldType.Float => number + 0.5f,
            FieldType.Int32 => -number,
            FieldType.Int64 => (1L << 40) + number,
            FieldType.UInt32 => (uint)number,
            FieldType.UInt64 or FieldType.Fixed64 => ulong.MaxValue - (ulong)number,
            _ => throw new NotSupportedException($"{field.FullName} is a {field.FieldType}: teach FullMessages a value of it."),
        };
    }
}
