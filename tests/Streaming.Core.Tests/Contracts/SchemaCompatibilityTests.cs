using Google.Protobuf;
using Google.Protobuf.Reflection;
using Streaming.Core.Contracts;

namespace Streaming.Core.Tests.Contracts;

public sealed class SchemaCompatibilityTests
{
    private static readonly SchemaSnapshot Today = SchemaSnapshot.Of(ContractMessages.All);

    public static TheoryData<string> Releases => [.. Directory.GetFiles(SchemaFolder.Released, "*.json").Select(file => Path.GetFileName(file)!)];

    static SchemaCompatibilityTests()
    {
        // A release is a decision, not an update of golden files: it names its version and never overwrites one.
        if (Environment.GetEnvironmentVariable("STREAMING_RELEASE_SCHEMA") is not { Length: > 0 } version)
            return;
        using FileStream file = new(Path.Combine(SchemaFolder.Released, $"{version}.json"), FileMode.CreateNew);
        file.Write(System.Text.Encoding.UTF8.GetBytes(Today.ToJson()));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_schemas_are_compatible_with_every_release(string release)
    {
        var released = SchemaSnapshot.Parse(File.ReadAllText(Path.Combine(SchemaFolder.Released, release)));

        Assert.Contains("streaming.v1.UserEvent", released.Messages.Keys);
        Assert.Empty(SchemaCompatibility.Breaks(released, Today));
    }

    [Fact]
    public void A_schema_survives_its_json() => Assert.Equal(Today.ToJson(), SchemaSnapshot.Parse(Today.ToJson()).ToJson());

    [Fact]
    public void Adding_a_field_is_no_break() =>
        Assert.Empty(BreaksWhen(message => message.Field.Add(new FieldDescriptorProto
        {
            Name = "new_field",
            Number = 100,
            Type = FieldDescriptorProto.Types.Type.String,
            Label = FieldDescriptorProto.Types.Label.Optional,
        })));

    [Fact]
    public void Removing_a_field_and_reserving_its_number_and_name_is_no_break() =>
        Assert.Empty(BreaksWhen(message =>
        {
            message.Field.Remove(FieldOf(message, "scene"));
            Reserve(message, 6, "scene");
        }));

    [Fact]
    public void Planted_a_changed_type_is_caught() =>
        Caught("number 5 was", message => FieldOf(message, "event_time_ms").Type = FieldDescriptorProto.Types.Type.Int32);

    [Fact]
    public void Planted_a_changed_label_is_caught() =>
        Caught("number 6 was", message => FieldOf(message, "scene").Label = FieldDescriptorProto.Types.Label.Repeated);

    [Fact]
    public void Planted_a_number_reused_under_another_name_is_caught() =>
        Caught("number 6 was", message => FieldOf(message, "scene").Name = "placement");

    [Fact]
    public void Planted_a_renumbered_field_is_caught() =>
        Caught("removed without", message => FieldOf(message, "scene").Number = 60);

    [Fact]
    public void Planted_a_field_removed_without_reserved_is_caught() =>
        Caught("scene: removed without", message => message.Field.Remove(FieldOf(message, "scene")));

    [Fact]
    public void Planted_a_field_removed_with_only_its_number_reserved_is_caught() =>
        Caught("scene: removed without", message =>
        {
            message.Field.Remove(FieldOf(message, "scene"));
            message.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = 6, End = 7 });
        });

    [Fact]
    public void Planted_a_field_moved_into_a_oneof_is_caught() =>
        Caught("number 6 was", message =>
        {
            message.OneofDecl.Add(new OneofDescriptorProto { Name = "place" });
            FieldOf(message, "scene").OneofIndex = 0;
        });

    [Fact]
    public void Planted_a_withdrawn_reservation_is_caught()
    {
        var released = UserEventWhen(message => Reserve(message, 50, "old"));

        Assert.Equal(
            ["streaming.v1.UserEvent: number 50 is no longer reserved", "streaming.v1.UserEvent: name old is no longer reserved"],
            SchemaCompatibility.Breaks(released, UserEventWhen(_ => { })));
    }

    [Fact]
    public void Planted_a_removed_message_is_caught() =>
        Assert.Equal(
            ["streaming.v1.UserEvent: the message was removed"],
            SchemaCompatibility.Breaks(UserEventWhen(_ => { }), SchemaSnapshot.Of([Creative.Descriptor])));

    private static void Caught(string expected, Action<DescriptorProto> change) =>
        Assert.Contains(expected, Assert.Single(BreaksWhen(change)), StringComparison.Ordinal);

    private static IReadOnlyList<string> BreaksWhen(Action<DescriptorProto> change) =>
        SchemaCompatibility.Breaks(UserEventWhen(_ => { }), UserEventWhen(change));

    /// <summary>The real user_events.proto with a change, through a real descriptor, so that the reader is under test too.</summary>
    private static SchemaSnapshot UserEventWhen(Action<DescriptorProto> change)
    {
        var file = FileDescriptorProto.Parser.ParseFrom(UserEvent.Descriptor.File.SerializedData);
        change(file.MessageType.Single(message => message.Name == "UserEvent"));
        return SchemaSnapshot.Of(FileDescriptor.BuildFromByteStrings([file.ToByteString()])[0].MessageTypes);
    }

    private static FieldDescriptorProto FieldOf(DescriptorProto message, string name) => message.Field.Single(field => field.Name == name);

    private static void Reserve(DescriptorProto message, int number, string name)
    {
        message.ReservedRange.Add(new DescriptorProto.Types.ReservedRange { Start = number, End = number + 1 });
        message.ReservedName.Add(name);
    }
}
