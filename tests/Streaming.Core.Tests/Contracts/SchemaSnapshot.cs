using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Streaming.Core.Tests.Contracts;

/// <summary>What of the schemas must not change once data exists: messages by full name, their fields by number, and what is reserved.</summary>
internal sealed record SchemaSnapshot(SortedDictionary<string, SchemaSnapshot.Message> Messages)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static SchemaSnapshot Of(IEnumerable<MessageDescriptor> messages) =>
        new(new SortedDictionary<string, Message>(messages.ToDictionary(m => m.FullName, Read), StringComparer.Ordinal));

    public static SchemaSnapshot Parse(string json) =>
        JsonSerializer.Deserialize<SchemaSnapshot>(json, Json) ?? throw new JsonException("A released schema is an object with messages.");

    public string ToJson() => JsonSerializer.Serialize(this, Json).ReplaceLineEndings("\n") + "\n";

    private static Message Read(MessageDescriptor message)
    {
        DescriptorProto proto = message.ToProto();
        return new Message(
            new(message.Fields.InFieldNumberOrder().ToDictionary(field => field.FieldNumber, Read)),
            // A reserved range ends before its end.
            [.. proto.ReservedRange.SelectMany(range => Enumerable.Range(range.Start, range.End - range.Start))],
            [.. proto.ReservedName]);
    }

    private static Field Read(FieldDescriptor field) => new(field.Name, TypeOf(field), LabelOf(field), field.RealContainingOneof?.Name);

    private static string LabelOf(FieldDescriptor field) =>
        field.IsMap ? "map" : field.IsRepeated ? "repeated" : field.RealContainingOneof is null && field.HasPresence && field.FieldType != FieldType.Message ? "optional" : "singular";

    private static string TypeOf(FieldDescriptor field) => field switch
    {
        { IsMap: true } => $"{TypeOf(field.MessageType.FindFieldByNumber(1))}, {TypeOf(field.MessageType.FindFieldByNumber(2))}",
        { FieldType: FieldType.Message } => field.MessageType.FullName,
        { FieldType: FieldType.Enum } => field.EnumType.FullName,
        _ => field.FieldType.ToString().ToLowerInvariant(),
    };

    internal sealed record Message(SortedDictionary<int, Field> Fields, IReadOnlyList<int> ReservedNumbers, IReadOnlyList<string> ReservedNames);

    /// <param name="Name">As in the .proto file.</param>
    /// <param name="Type">A scalar's protobuf name, a message's full name, or a map's key and value.</param>
    /// <param name="Label">singular, optional, repeated or map.</param>
    /// <param name="Oneof">The oneof it is a case of, if any.</param>
    internal sealed record Field(string Name, string Type, string Label, string? Oneof);
}
