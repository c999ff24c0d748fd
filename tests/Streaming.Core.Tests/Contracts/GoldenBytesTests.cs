using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Streaming.Core.Tests.Contracts;

/// <summary>What is on the topics and in the stores today must be what is written and read tomorrow.</summary>
public sealed class GoldenBytesTests
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("STREAMING_UPDATE_GOLDEN") == "1";

    private static readonly Dictionary<string, IMessage> Messages =
        ContractMessages.All.SelectMany(FullMessages.Of).ToDictionary(full => full.Name, full => full.Message);

    public static TheoryData<string> Names => [.. Messages.Keys];

    static GoldenBytesTests()
    {
        if (!Update)
            return;
        foreach (string stale in Directory.GetFiles(SchemaFolder.Golden, "*.hex").Where(file => !Messages.ContainsKey(Path.GetFileNameWithoutExtension(file))))
            File.Delete(stale);
        foreach (var (name, message) in Messages)
            File.WriteAllText(PathOf(name), GoldenFile.Render(message));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_encodes_to_its_golden_bytes(string name) =>
        Assert.Equal(File.ReadAllText(PathOf(name)), GoldenFile.Render(Messages[name]), ignoreLineEndingDifferences: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_bytes_parse_back_to_the_message(string name)
    {
        IMessage parsed = Messages[name].Descriptor.Parser.ParseFrom(GoldenFile.Bytes(File.ReadAllText(PathOf(name))));

        Assert.Equal(Messages[name], parsed);
    }

    [Fact]
    public void Every_golden_file_belongs_to_a_message() =>
        Assert.Equal(
            Messages.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(SchemaFolder.Golden).Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_field_of_every_message_is_set_in_a_golden_message()
    {
        var unset = from descriptor in ContractMessages.All
                    from field in descriptor.Fields.InDeclarationOrder()
                    where !FullMessages.Of(descriptor).Any(full => OnTheWire(full.Message).Contains(field.FieldNumber))
                    select field.FullName;

        Assert.Empty(unset);
    }

    [Fact]
    public void A_user_event_is_laid_out_as_the_protobuf_encoding_says()
    {
        // By hand, not by the library: field 1 and 2 as strings, field 5 as a varint, field 7 as a little-endian double.
        byte[] bytes = [0x0A, 0x01, (byte)'e', 0x12, 0x01, (byte)'u', 0x28, 0x80, 0x01, 0x39, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F];

        var parsed = Core.Contracts.UserEvent.Parser.ParseFrom(bytes);

        Assert.Equal(("e", "u", 128L, 1.5), (parsed.EventId, parsed.UserId, parsed.EventTimeMs, parsed.Value));
        Assert.Equal(bytes, parsed.ToByteArray());
    }

    /// <summary>The numbers of the fields that are really in the bytes, read without the descriptors.</summary>
    private static HashSet<int> OnTheWire(IMessage message)
    {
        HashSet<int> numbers = [];
        CodedInputStream input = new(message.ToByteArray());
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            numbers.Add(WireFormat.GetTagFieldNumber(tag));
            input.SkipLastField();
        }
        return numbers;
    }

    private static string PathOf(string name) => Path.Combine(SchemaFolder.Golden, string.Create(CultureInfo.InvariantCulture, $"{name}.hex"));
}
