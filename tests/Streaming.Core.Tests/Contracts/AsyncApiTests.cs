using Google.Protobuf.Reflection;
using YamlDotNet.RepresentationModel;

namespace Streaming.Core.Tests.Contracts;

public sealed class AsyncApiTests
{
    private static readonly string[] CloudEventHeaders = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type", "traceparent"];
    private static readonly string[] ErrorHeaders = ["error.class", "error.message", "error.stage", "error.topic", "error.partition", "error.offset"];
    private readonly AsyncApiDocument _document = AsyncApiDocument.Load();

    /// <summary>The topics of the design, with their key and clean-up.</summary>
    public static TheoryData<string, string, string, string> Topics => new()
    {
        { "user-events", "user_id", "delete", "streaming.v1.UserEvent" },
        { "creatives", "creative_id", "compact", "streaming.v1.Creative" },
        { "user-features", "user_id", "compact", "streaming.v1.UserFeatures" },
        { "creative-features", "creative_id", "compact", "streaming.v1.CreativeFeatures" },
        { "memory-updates", "namespace/id", "compact", "streaming.v1.MemoryUpdate" },
        { "memory-changes", "namespace/id", "delete", "streaming.v1.MemoryChange" },
        { "model-registry", "role/model_version", "compact", "streaming.v1.ModelPromotion" },
        { "{topology}-instances", "address", "compact,delete", "streaming.v1.InstanceAnnouncement" },
        { "{task}-changelog", "state key", "compact", "streaming.v1.StateSegment" },
        { "{topic}.dlq", "original key", "delete", "" },
    };

    [Fact]
    public void The_page_is_AsyncAPI_3_and_names_exactly_the_topics_of_the_design()
    {
        Assert.Equal("3.0.0", AsyncApiDocument.Text(_document.Root, "asyncapi"));
        Assert.Equal(Topics.Select(topic => (string)topic[0]).Order(StringComparer.Ordinal), _document.Channels.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_topic_states_its_key_its_cleanup_and_its_message(string address, string key, string cleanup, string message)
    {
        YamlMappingNode channel = _document.Channels[address];
        YamlMappingNode value = _document.MessagesOf(channel).First();

        Assert.Equal(cleanup.Split(','), AsyncApiDocument.Texts(AsyncApiDocument.Map(channel, "bindings", "kafka", "topicConfiguration"), "cleanup.policy"));
        Assert.Contains(key, AsyncApiDocument.Text(AsyncApiDocument.Map(value, "bindings", "kafka", "key"), "description"), StringComparison.Ordinal);
        if (message.Length > 0)
            Assert.Equal(message, AsyncApiDocument.Text(value, "x-protobuf-message"));
    }

    [Theory]
    [InlineData("user-events")]
    [InlineData("creatives")]
    [InlineData("user-features")]
    [InlineData("creative-features")]
    [InlineData("memory-updates")]
    [InlineData("memory-changes")]
    [InlineData("model-registry")]
    public void Every_record_of_a_public_topic_carries_the_CloudEvents_headers(string address) =>
        Assert.All(_document.MessagesOf(_document.Channels[address]), message => Assert.Equal(CloudEventHeaders, HeadersOf(message)));

    [Fact]
    public void A_dead_letter_carries_the_error_headers_and_requires_them_all()
    {
        YamlMappingNode deadLetter = Assert.Single(_document.MessagesOf(_document.Channels["{topic}.dlq"]));

        Assert.Equal(ErrorHeaders, HeadersOf(deadLetter));
        Assert.Equal(ErrorHeaders, AsyncApiDocument.Texts(AsyncApiDocument.Map(Assert.Single(_document.TraitsOf(deadLetter)), "headers"), "required"));
    }

    [Fact]
    public void Every_reference_leads_somewhere() =>
        Assert.All(_document.References, reference =>
        {
            if (reference.StartsWith('#'))
                Assert.NotEmpty(_document.Resolve(reference).Children);
            else
                Assert.True(File.Exists(Path.Combine(SchemaFolder.Root, reference)), reference);
        });

    [Fact]
    public void A_payload_is_in_the_file_that_it_refers_to() =>
        Assert.All(ProtobufMessages(), message => Assert.Equal(
            ContractMessages.ByFullName(AsyncApiDocument.Text(message, "x-protobuf-message")).File.Name,
            Path.GetFileName(AsyncApiDocument.Text(AsyncApiDocument.Map(message, "payload", "schema"), "$ref"))));

    [Fact]
    public void Every_message_of_the_protos_is_on_some_topic()
    {
        HashSet<string> reached = [];
        foreach (YamlMappingNode message in ProtobufMessages())
        {
            Reach(AsyncApiDocument.Text(message, "x-protobuf-message"), reached);
            if (message.Children.ContainsKey("x-protobuf-values"))
                AsyncApiDocument.Texts(message, "x-protobuf-values").ToList().ForEach(name => Reach(name, reached));
        }

        Assert.Equal(ContractMessages.All.Select(message => message.FullName), reached.Order(StringComparer.Ordinal));
    }

    private IEnumerable<YamlMappingNode> ProtobufMessages() =>
        _document.Channels.Values.SelectMany(_document.MessagesOf).Where(message => message.Children.ContainsKey("x-protobuf-message"));

    private IEnumerable<string> HeadersOf(YamlMappingNode message) =>
        _document.TraitsOf(message).SelectMany(trait => AsyncApiDocument.Map(trait, "headers", "properties").Children.Keys).Select(name => ((YamlScalarNode)name).Value!);

    /// <summary>A message and those that its fields hold.</summary>
    private static void Reach(string fullName, HashSet<string> reached)
    {
        if (!reached.Add(fullName))
            return;
        foreach (FieldDescriptor field in ContractMessages.ByFullName(fullName).Fields.InDeclarationOrder())
        {
            if (field is { FieldType: FieldType.Message, IsMap: false })
                Reach(field.MessageType.FullName, reached);
        }
    }
}
