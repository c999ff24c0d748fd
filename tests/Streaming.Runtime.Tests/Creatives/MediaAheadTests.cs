using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Creatives;

/// <summary>Media that must be waited for: begun ahead, in order, and no record is processed before its own have come.</summary>
public sealed class MediaAheadTests : IDisposable
{
    private readonly World _world = new() { Role = World.CreativesRole };
    private readonly SlowReader _reader = new();

    public MediaAheadTests() => _world.Creatives.Media = _reader;

    public void Dispose() => _world.Dispose();

    [Fact]
    public void All_of_a_poll_are_begun_before_the_first_is_read_and_read_in_order()
    {
        foreach (var title in (string[])["a", "b", "c"])
            _world.Send(Make("c1", title));
        _world.Run();

        Assert.Equal(["begin a", "begin b", "begin c", "read a", "read b", "read c"], _reader.Said);
        Assert.Equal(["a", "b", "c"], Titles());
        Assert.Equal(0, _reader.Open);
    }

    [Fact]
    public void A_slow_one_is_waited_for_while_the_lease_is_renewed()
    {
        // Twenty looks of a second each: the session is ten seconds.
        _reader.Looks["a"] = 20;
        _reader.OnLook = () => _world.Clock.Advance(TimeSpan.FromSeconds(1));
        _world.Send(Make("c1", "a"));
        _world.Send(Make("c1", "b"));
        var (renewals, rejoins) = (0, -1);
        _world.Run(new Step.Poll(2), new Step.Do(i => (renewals, rejoins) = (i.Source.Renewals, i.Source.Rejoins)));

        Assert.InRange(renewals, 3, 5);
        Assert.Equal(0, rejoins);
        Assert.Equal(["a", "b"], Titles());
    }

    [Fact]
    public void A_rejected_one_is_a_dead_letter_and_the_next_goes_on()
    {
        _reader.Rejects = "a";
        _world.Send(Make("c1", "a"));
        _world.Send(Make("c1", "b"));
        _world.Run();

        Assert.Equal(["b"], Titles());
        Assert.Single(_world.Log.Read("creatives.dlq"));
        Assert.Equal(0, _reader.Open);
    }

    [Fact]
    public void What_was_begun_for_a_partition_that_goes_away_is_given_up()
    {
        _reader.Looks["a"] = 3;
        _reader.OnLook = () => throw new InvalidOperationException("the partition went");
        _world.Send(Make("c1", "a"));
        _world.Send(Make("c1", "b"));
        Assert.Throws<InvalidOperationException>(() => _world.Run());

        Assert.Equal(0, _reader.Open);
        Assert.Empty(_world.Log.Read("creative-features"));
    }

    [Fact]
    public void A_creative_that_breaks_a_rule_or_was_applied_before_begins_nothing()
    {
        _world.Send(Make("c1", "a"));
        var broken = Make("c1", "b");
        broken.ValidUntilMs = -1;
        _world.Send(broken);
        _world.Run();
        Assert.Equal(["begin a", "read a"], _reader.Said);
    }

    private string[] Titles() => [.. _world.Log.Read("creative-features").Select(r => CreativeFeatures.Parser.ParseFrom(r.Value).Title)];

    private static Creative Make(string id, string title) => new()
    {
        CreativeId = id,
        EventTimeMs = ManualTime.StartMs,
        Texts = { new CreativeText { Text = title } },
        Media = { new CreativeMedia { Uri = "https://a.test/b" } },
    };

    private sealed class SlowReader : ICreativeMediaReader
    {
        public List<string> Said { get; } = [];

        /// <summary>By title: how often it is not there yet.</summary>
        public Dictionary<string, int> Looks { get; } = [];

        public Action OnLook { get; set; } = () => { };

        public string? Rejects { get; set; }

        public int Open { get; private set; }

        public IMediaRequest? Begin(Creative creative)
        {
            Said.Add($"begin {creative.Title()}");
            Open++;
            return new Request(this, creative.Title());
        }

        public MediaReading Read(Creative creative, IMediaRequest? request)
        {
            Assert.True(Assert.IsType<Request>(request).IsHere);
            Said.Add($"read {creative.Title()}");
            return creative.Title() == Rejects ? new(null, new Rejection("invalid", "validate", "media", "bad")) : new(new Nothing(), null);
        }

        private sealed class Request(SlowReader reader, string title) : IMediaRequest
        {
            public bool IsHere => reader.Looks.GetValueOrDefault(title) == 0;

            public bool Wait(TimeSpan patience)
            {
                if (IsHere)
                    return true;
                reader.OnLook();
                reader.Looks[title]--;
                return false;
            }

            public void Dispose() => reader.Open--;
        }

        private sealed class Nothing : ICreativeMedia
        {
            public int Pictures => 0;

            public void Dispose()
            {
            }
        }
    }
}
