using FsCheck.Fluent;
using Streaming.Core.Contracts;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Creatives;

/// <summary>Another creative model beside the live one, on the real store: its tasks begin at the beginning, and a crash resumes them.</summary>
public sealed class BackfillTests
{
    private const string Version = "b";

    [Fact]
    public void A_crash_in_the_middle_of_a_backfill_loses_and_changes_nothing()
    {
        var steps = Gen.ArrayOf(
            Gen.Frequency(
                (4, Gen.Choose(1, 5).Select(n => (Step)new Step.Poll(n))),
                (2, Gen.Constant((Step)new Step.Commit())),
                (1, Gen.Constant((Step)new Step.BeginCommit())),
                (3, Gen.Choose(0, 4).Select(n => (Step)new Step.Crash(n))),
                (1, Gen.Constant((Step)new Step.Rebalance()))),
            12);
        Prop.ForAll(steps.ToArbitrary(), script =>
        {
            using var straight = Filled();
            using var disturbed = Filled();
            straight.Role = Staged;
            straight.Run();
            disturbed.Role = Staged;
            disturbed.Sink.Immediate = false;
            disturbed.Run(script);

            var expected = Features(straight, $"creative-features.{Version}");
            Assert.Equal(expected, Features(disturbed, $"creative-features.{Version}"));
            // The live features were made before and are as they were: the same creatives, with their own ordinals.
            Assert.Equal(expected.Keys, Features(disturbed, "creative-features").Keys);
            Assert.Equal(Features(straight, "creative-features"), Features(disturbed, "creative-features"));
        }).QuickCheckThrowOnFailure(seed: 20261126, maxTest: 30);
    }

    [Fact]
    public void The_comparison_sees_a_backfill_that_goes_on_without_its_state()
    {
        using var straight = Filled();
        straight.Role = Staged;
        straight.Run();
        using var forgetful = Filled();
        forgetful.Role = Staged;
        forgetful.Run(new Step.Poll(20), new Step.Commit());
        // The planted fault: the source offset is kept, the ordinals that were given are not.
        foreach (var file in Directory.GetFiles(Path.Combine(forgetful.StateRoot, $"creatives.{Version}"), "state.db", SearchOption.AllDirectories))
            StoreDump.Execute(file, "DELETE FROM collisions; DELETE FROM semantic_ids; UPDATE identity SET value = '3' WHERE name = 'next_offset'; UPDATE identity SET value = '' WHERE name = 'mark'");
        forgetful.Run();

        Assert.NotEqual(Features(straight, $"creative-features.{Version}"), Features(forgetful, $"creative-features.{Version}"));
    }

    [Fact]
    public void Its_dead_letters_go_to_a_topic_of_its_own()
    {
        using var world = new World { Role = Staged };
        world.Send("creatives", "c1", [0xff]);
        world.Run();

        Assert.Empty(world.Log.Read("creatives.dlq"));
        Assert.Single(world.Log.Read($"creatives.{Version}.dlq"));
    }

    // The live model has understood all of them before.
    private static World Filled()
    {
        var world = new World { Role = World.CreativesRole };
        for (var i = 0; i < 40; i++)
            world.Send(new Creative { CreativeId = $"c{i % 15}", EventTimeMs = world.Clock.NowMs, Texts = { new CreativeText { Role = "title", Text = $"title {i % 6}" } } });
        world.Run();
        return world;
    }

    private static CreativeProcessorFactory Staged(World world) => new(
        CreativeSettings.ForVersion(world.Topology, World.Partitions, Version, world.Topology.CreativeFeaturesOf(Version)),
        world.Creatives.Services(world.Clock));

    private static SortedDictionary<string, CreativeFeatures> Features(World world, string topic)
    {
        var held = new SortedDictionary<string, CreativeFeatures>(StringComparer.Ordinal);
        foreach (var features in world.Log.Read(topic).Select(r => CreativeFeatures.Parser.ParseFrom(r.Value)))
        {
            if (!held.TryGetValue(features.CreativeId, out var before) || FeatureVersions.Replaces(before.Version, features.Version))
                held[features.CreativeId] = features;
        }
        return held;
    }
}
