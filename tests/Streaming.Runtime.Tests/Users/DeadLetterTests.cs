using System.Globalization;
using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>A bad record goes to the dead-letter topic with its bytes as they came and a reason that helps; the partition goes on.</summary>
public sealed class DeadLetterTests : IDisposable
{
    private const string Topic = "user-events";
    private static readonly RecordHeader Trace = new(CloudEvents.TraceParentHeader, Encoding.UTF8.GetBytes("00-aa-bb-01"));
    private readonly World _world = new();

    public static TheoryData<string, string, Action<UserEvent>> BadEvents => new()
    {
        { "user_id = ''", "must be present", e => e.UserId = "" },
        { "user_id = 'someone'", "must equal the record key 'u1'", e => e.UserId = "someone" },
        { "event_id = ''", "must be present", e => e.EventId = "" },
        { "creative_id = ''", "must be present", e => e.CreativeId = "" },
        { "action = 'unheard-of'", "must be one of click, impression, purchase", e => e.Action = "unheard-of" },
        { "event_time_ms = '16725225600000 (2500-01-01T00:00:00Z)'", "ahead of the processing clock", e => e.EventTimeMs = 16_725_225_600_000 },
        { "value = 'NaN'", "must be a finite number", e => e.Value = double.NaN },
        { "scene = 'xxxxxxxx", "must have at most 64 bytes", e => e.Scene = new string('x', 70_000) },
    };

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(BadEvents))]
    public void An_invalid_event_names_field_value_and_rule(string fieldAndValue, string rule, Action<UserEvent> spoil)
    {
        var bad = UserEvents.Make("bad");
        spoil(bad);

        var dead = Reject(bad.ToByteArray());

        Assert.Equal("invalid", Header(dead, DeadLetterHeaders.Class));
        Assert.Equal("validate", Header(dead, DeadLetterHeaders.Stage));
        Assert.StartsWith(fieldAndValue, Header(dead, DeadLetterHeaders.Message), StringComparison.Ordinal);
        Assert.Contains(rule, Header(dead, DeadLetterHeaders.Message), StringComparison.Ordinal);
        Assert.InRange(Header(dead, DeadLetterHeaders.Message).Length, 1, 300);
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("0A7F41")]
    [InlineData(null)]
    public void Bytes_that_are_no_event_are_malformed(string? hex)
    {
        var dead = Reject(hex is null ? null : Convert.FromHexString(hex));

        Assert.Equal("malformed", Header(dead, DeadLetterHeaders.Class));
        Assert.Equal("decode", Header(dead, DeadLetterHeaders.Stage));
        Assert.Contains("not a UserEvent", Header(dead, DeadLetterHeaders.Message), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_that_the_model_refuses_leaves_no_trace(bool afterRestart)
    {
        using var good = new World();
        foreach (var world in new[] { good, _world })
        {
            foreach (var @event in UserEvents.Row("u1", 6))
                world.Send(@event);
            if (world == _world)
                world.Send(UserEvents.Make("poison", minute: 6));
            world.Send(UserEvents.Make("last", minute: 7));
        }

        good.Run();
        _world.Model.Refuses = t => t.EventTimeSeconds == UserEvents.Make("", minute: 6).EventTimeMs / 1000;
        _world.Run(afterRestart ? [new Step.Poll(6), new Step.Commit(), new Step.Crash(0)] : []);

        var dead = _world.Log.Read(DeadLetterHeaders.TopicOf(Topic)).Single();
        Assert.Equal("invalid", Header(dead, DeadLetterHeaders.Class));
        Assert.Contains("must not be poison", Header(dead, DeadLetterHeaders.Message), StringComparison.Ordinal);
        Assert.Equal(Newest(good).Embedding, Newest(_world).Embedding);
        Assert.Equal(Newest(good).HistoryLength, Newest(_world).HistoryLength);
    }

    [Fact]
    public void An_event_whose_history_the_model_refuses_names_the_history()
    {
        foreach (var @event in UserEvents.Row("u1", 4).Concat(UserEvents.Row("u2", 4)))
            _world.Send(@event);
        var refused = UserEvents.Make("", minute: 1).EventTimeMs / 1000;

        // After the restart only the new event of u1 has its history replayed: u2 has none left.
        _world.Run(new Step.Poll(8), new Step.Commit(), new Step.Do(i => i.World.Send(UserEvents.Make("next", minute: 9))), new Step.Do(_ => _world.Model.Refuses = t => t.EventTimeSeconds == refused), new Step.Crash(0));

        var dead = _world.Log.Read(DeadLetterHeaders.TopicOf(Topic)).Single();
        Assert.StartsWith("history.token", Header(dead, DeadLetterHeaders.Message), StringComparison.Ordinal);
        Assert.Equal(0, _world.Model.LiveStates);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public void Any_append_time_that_a_producer_may_have_set_is_applied(long appendTimeMs)
    {
        var processor = World.Users(_world).Create(new(Topic, 0), new MemoryState());
        var sent = _world.Send(UserEvents.Make("e1"));
        var record = new InputRecord { Source = sent.Source, Offset = sent.Offset, Key = sent.Key, Value = sent.Value, AppendTimeMs = appendTimeMs };
        var output = new RecordingOutput();

        processor.Process(record, output);
        processor.EndBatch();

        Assert.Equal(appendTimeMs, UserFeatures.Parser.ParseFrom(output.Records.Single().Value).SourceAppendTimeMs);
    }

    // Between two good events of the same user; both must be applied.
    private InputRecord Reject(byte[]? value)
    {
        _world.Send(UserEvents.Make("before"));
        var bad = _world.Log.Append(new(Topic, Encoding.UTF8.GetBytes("u1"), value, [Trace]));
        _world.Send(UserEvents.Make("after", minute: 1));
        _world.Run();

        var dead = Assert.Single(_world.Log.Read(DeadLetterHeaders.TopicOf(Topic)));
        Assert.Equal(bad.Key, dead.Key);
        Assert.Equal(bad.Value, dead.Value);
        Assert.Equal(Trace, dead.Headers[0]);
        Assert.Equal(Topic, Header(dead, DeadLetterHeaders.Topic));
        Assert.Equal(bad.Source.Partition.ToString(CultureInfo.InvariantCulture), Header(dead, DeadLetterHeaders.Partition));
        Assert.Equal(bad.Offset.ToString(CultureInfo.InvariantCulture), Header(dead, DeadLetterHeaders.Offset));
        Assert.Equal(2, Newest(_world).HistoryLength);
        return dead;
    }

    private static UserFeatures Newest(World world) => UserFeatures.Parser.ParseFrom(world.Log.Read("user-features").Last().Value);

    private static string Header(InputRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Single(h => h.Name == name).Value);
}
