using Streaming.Core.Contracts;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>Another model takes over between two batches: no event is lost, and its features are those of a run that never knew another.</summary>
public sealed class ModelSwitchTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_running_stream_goes_over_to_another_model_and_back()
    {
        Send(_world);
        var (first, second, third) = (_world.Model, new FakeSequenceModel("fake-2"), new FakeSequenceModel("fake-1"));

        _world.Run(
            new Step.Poll(17), Offer(second), new Step.Poll(11), new Step.Commit(), new Step.Poll(9), Offer(third), new Step.Poll(5));

        var features = Features(_world);
        Assert.Equal(60, features.Length);
        Assert.Equal(17 + 23, features.Count(f => f.ModelVersion == "fake-1"));
        AssertSameAs("fake-1", features);
        AssertSameAs("fake-2", features);
        Assert.True(first.IsDisposed);
        Assert.True(second.IsDisposed);
        Assert.Equal((0, 0), (first.LiveStates, second.LiveStates));
    }

    [Fact]
    public void The_comparison_sees_a_model_that_begins_with_empty_histories()
    {
        Send(_world);
        _world.Run(new Step.Poll(17), Offer(new FakeSequenceModel("fake-2", rebuildTokens: 1)), new Step.Poll(20));

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertSameAs("fake-2", Features(_world)));
    }

    [Fact]
    public void The_newest_of_several_offers_wins_and_the_others_are_disposed()
    {
        Send(_world);
        var skipped = new FakeSequenceModel("fake-2");

        _world.Run(new Step.Poll(17), Offer(skipped), Offer(new FakeSequenceModel("fake-3")), new Step.Poll(20));

        Assert.True(skipped.IsDisposed);
        Assert.Equal(["fake-1", "fake-3"], Features(_world).Select(f => f.ModelVersion).Distinct());
    }

    private static Step.Do Offer(FakeSequenceModel model) => new(i => i.World.Batcher.Offer(model, i.World.Table));

    private static UserFeatures[] Features(World world) => [.. world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value))];

    private static void Send(World world)
    {
        for (var i = 0; i < 60; i++)
            world.Send(UserEvents.Make($"e{i}", $"u{i % 7}", minute: i));
    }

    // Against a run of that model alone, feature by feature.
    private static void AssertSameAs(string version, UserFeatures[] features)
    {
        using var alone = new World { Model = new FakeSequenceModel(version) };
        Send(alone);
        alone.Run();
        var expected = Features(alone).ToDictionary(f => (f.UserId, f.Version));
        Assert.All(features.Where(f => f.ModelVersion == version), f => Assert.Equal(expected[(f.UserId, f.Version)], f));
    }
}
