using System.Text;
using FsCheck.Fluent;
using Streaming.Core.Contracts;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Creatives;

public sealed class CreativeProcessorTests : IDisposable
{
    private readonly World _world = new() { Role = World.CreativesRole };

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Semantic_ids_are_unique_across_partitions()
    {
        for (var i = 0; i < 60; i++)
            _world.Send(Make($"c{i}", title: "the same"));
        _world.Run();

        Assert.True(_world.Log.Read(new TopicPartition("creatives", 0)).Count > 0 && _world.Log.Read(new TopicPartition("creatives", 1)).Count > 0);
        Assert.Equal(60, Features().Select(Text).Distinct().Count());
    }

    [Fact]
    public void Ordinals_are_stable_under_crashes_and_replays()
    {
        var steps = Gen.ArrayOf(
            Gen.Frequency(
                (4, Gen.Choose(1, 5).Select(n => (Step)new Step.Poll(n))),
                (2, Gen.Constant((Step)new Step.Commit())),
                (1, Gen.Constant((Step)new Step.BeginCommit())),
                (2, Gen.Choose(0, 4).Select(n => (Step)new Step.Crash(n))),
                (1, Gen.Constant((Step)new Step.Rebalance()))),
            12);
        var creatives = Gen.ArrayOf(from id in Gen.Choose(0, 9) from title in Gen.Choose(0, 5) select Make($"c{id}", $"title {title}"), 25);

        Prop.ForAll(creatives.ToArbitrary(), steps.ToArbitrary(), (sent, script) =>
        {
            using var straight = new World { Role = World.CreativesRole };
            using var disturbed = new World { Role = World.CreativesRole };
            foreach (var world in new[] { straight, disturbed })
            {
                foreach (var creative in sent)
                    world.Send(creative);
            }
            straight.Run();
            disturbed.Sink.Immediate = false;
            disturbed.Run(script);

            Outcome.OfCreatives(straight).AssertSame(Outcome.OfCreatives(disturbed));
        }).QuickCheckThrowOnFailure(seed: 20260301, maxTest: 30);
    }

    [Fact]
    public void A_creative_keeps_its_ordinal_while_its_codes_stay()
    {
        _world.Send(Make("c1", "title"));
        _world.Send(Make("c2", "title"));
        _world.Send(Make("c1", "title", category: "another"));
        _world.Run();

        var versions = Features().Where(f => f.CreativeId == "c1").ToArray();
        Assert.Equal(2, versions.Length);
        Assert.Equal(versions[0].SemanticId, versions[1].SemanticId);
        Assert.Equal("another", versions[1].Category);
    }

    [Fact]
    public void A_creative_that_comes_back_after_its_tombstone_is_the_same_creative()
    {
        _world.Send(Make("c1", "title"));
        _world.Send("creatives", "c1", null);
        _world.Send(Make("c1", "title"));
        _world.Run();

        var records = _world.Log.Read("creative-features").ToArray();
        Assert.Equal([false, true, false], records.Select(r => r.Value is null));
        Assert.Equal("c1", Encoding.UTF8.GetString(records[1].Key!));
        Assert.Equal(Features().First().SemanticId, Features().Last().SemanticId);
    }

    [Fact]
    public void A_tombstone_without_a_key_is_rejected()
    {
        _world.Log.Append(new("creatives", null, null, []));
        _world.Run();

        Assert.Empty(_world.Log.Read("creative-features"));
        Assert.Single(_world.Log.Read("creatives.dlq"));
    }

    [Fact]
    public void Bad_creatives_are_dead_lettered_and_the_partition_goes_on()
    {
        _world.Send("creatives", "c1", [0xff]);
        _world.Send("creatives", "another key", Google.Protobuf.MessageExtensions.ToByteArray(Make("c1", "title")));
        _world.Send(Make("c1", "title", untilMs: -1));
        _world.Send(Make("c1", "title"));
        _world.Run();

        Assert.Single(Features());
        Assert.Equal(["invalid", "invalid", "malformed"], Reasons().Order());
    }

    [Fact]
    public void A_creative_that_the_models_fail_on_leaves_no_trace()
    {
        var state = new MemoryState();
        var output = new RecordingOutput();
        var processor = World.CreativesRole(_world).Create(new("creatives", 0), state);
        _world.Creatives.FailingTitle = "title";
        var record = _world.Send(Make("c1", "title"));

        Assert.Throws<InvalidOperationException>(() => processor.Process(record, output));
        Assert.Equal(0, state.BytesPut);

        _world.Creatives.FailingTitle = null;
        Assert.Equal(ProcessOutcome.Applied, processor.Process(record, output).Outcome);
        Assert.Equal(ProcessOutcome.Replayed, processor.Process(record, output).Outcome);
        Assert.Single(output.Records);
    }

    [Fact]
    public void Another_codebook_gives_new_ordinals()
    {
        var state = new MemoryState();
        var first = new CollisionRegistry(state, "codebook-1", partition: 1, partitions: 4);
        var second = new CollisionRegistry(state, "codebook-2", partition: 1, partitions: 4);

        Assert.Equal([1u, 5u, 1u], [first.Assign("a", [3], 0).Collision, first.Assign("b", [3], 1).Collision, second.Assign("b", [3], 2).Collision]);
        Assert.Equal(2, second.AppliedOffset("b"));
        Assert.Equal(-1, second.AppliedOffset("c"));
    }

    private static Creative Make(string id, string title, string category = "", long untilMs = 0) => new()
    {
        CreativeId = id,
        Texts = { new CreativeText { Role = "title", Text = title } },
        Category = category,
        ValidUntilMs = untilMs,
        EventTimeMs = ManualTime.StartMs,
    };

    private IEnumerable<CreativeFeatures> Features() =>
        _world.Log.Read("creative-features").Where(r => r.Value is not null).Select(r => CreativeFeatures.Parser.ParseFrom(r.Value));

    private static string Text(CreativeFeatures features) => features.SemanticId.ToString();

    private IEnumerable<string> Reasons() => _world.Log.Read("creatives.dlq")
        .Select(r => Encoding.UTF8.GetString(r.Headers.Single(h => h.Name == DeadLetterHeaders.Class).Value));
}
