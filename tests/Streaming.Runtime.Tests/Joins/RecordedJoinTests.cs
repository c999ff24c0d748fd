using Streaming.Core.Contracts;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Joins;

/// <summary>A token keeps the version of the creative that it was joined with, whatever becomes of the creative.</summary>
public sealed class RecordedJoinTests
{
    [Fact]
    public void A_rebuild_repeats_the_content_that_the_token_was_joined_with()
    {
        using var steady = new World();
        using var changed = new World();
        foreach (var world in new[] { steady, changed })
        {
            world.SendFeatures("c1", version: 3, content: 1);
            world.Send(UserEvents.Make("e1"));
            world.Run(new Step.Poll(1));
        }

        changed.SendFeatures("c1", version: 9, content: 2);
        foreach (var world in new[] { steady, changed })
        {
            world.Send(UserEvents.Make("e2", creative: "unheard-of", minute: 1));
            world.Run();
        }

        Assert.Equal(Embeddings(steady), Embeddings(changed));
    }

    [Fact]
    public void The_comparison_sees_a_recall_from_the_live_table()
    {
        using var steady = new World();
        using var changed = new World();
        foreach (var world in new[] { steady, changed })
        {
            world.SendFeatures("c1", version: 3, content: 1);
            world.Send(UserEvents.Make("e1"));
            world.Run(new Step.Poll(1));
        }

        // The planted fault: what was recorded is overwritten by what the table holds now.
        var live = new JoinedContent { Embedding = { 2 }, SemanticId = new SemanticId { Codes = { 2 } } };
        foreach (var file in Directory.GetFiles(changed.StateRoot, "state.db", SearchOption.AllDirectories))
            StoreDump.Execute(file, $"UPDATE contents SET value = x'{Convert.ToHexString(Google.Protobuf.MessageExtensions.ToByteArray(live))}'");
        foreach (var world in new[] { steady, changed })
        {
            world.Send(UserEvents.Make("e2", creative: "unheard-of", minute: 1));
            world.Run();
        }

        Assert.NotEqual(Embeddings(steady), Embeddings(changed));
    }

    [Fact]
    public void An_eviction_recalls_the_recorded_content_too()
    {
        using var evicting = new World();
        using var roomy = new World();
        evicting.UserOptions = evicting.UserOptions with { CacheBytes = 1 };
        foreach (var world in new[] { evicting, roomy })
        {
            world.SendFeatures("c1", version: 3, content: 1);
            world.Send(UserEvents.Make("e1"));
            world.Send(UserEvents.Make("other", user: "u2"));
            world.Send(UserEvents.Make("another", user: "u3"));
            world.Run(new Step.Poll(3), new Step.Do(i => i.World.SendFeatures("c1", version: 9, content: 2)), new Step.Do(i => i.World.Send(UserEvents.Make("e2", minute: 1))));
        }

        Assert.True(evicting.Model.Appends > 0);
        Assert.Equal(Embeddings(roomy), Embeddings(evicting));
    }

    [Fact]
    public void Features_that_come_again_under_an_equal_version_do_not_change_what_a_rebuild_repeats()
    {
        using var evicting = new World();
        using var roomy = new World();
        evicting.UserOptions = evicting.UserOptions with { CacheBytes = 1 };
        foreach (var world in new[] { evicting, roomy })
        {
            world.SendFeatures("c1", version: 3, content: 1);
            world.Send(UserEvents.Make("e1"));
            world.Run(
                new Step.Poll(1),
                new Step.Do(i => i.World.SendFeatures("c1", version: 3, content: 2)),
                new Step.Do(i => i.World.Send(UserEvents.Make("e2", minute: 1))),
                new Step.Poll(1),
                new Step.Do(i => i.World.Send(UserEvents.Make("evicts u1", user: "u2"))),
                new Step.Do(i => i.World.Send(UserEvents.Make("evicts u1 too", user: "u3"))),
                new Step.Poll(2),
                new Step.Do(i => i.World.Send(UserEvents.Make("e3", minute: 2))));
        }

        Assert.True(evicting.Model.Appends > 0);
        Assert.Equal(Embeddings(roomy), Embeddings(evicting));
    }

    [Fact]
    public void An_unknown_creative_stays_unknown_for_the_same_model()
    {
        using var world = new World();
        world.Send(UserEvents.Make("e1"));
        world.Run(new Step.Poll(1));

        world.SendFeatures("c1", version: 3, content: 1);
        world.Send(UserEvents.Make("e2", creative: "unheard-of", minute: 1));
        world.Run();

        Assert.All(Tokens(world), t => Assert.Equal(0, t.JoinedVersionPlusOne));
    }

    [Fact]
    public void Another_model_version_joins_creatives_that_were_unknown()
    {
        using var late = new World();
        late.Send(UserEvents.Make("e1"));
        late.Run(new Step.Poll(1));
        late.SendFeatures("c1", version: 3, content: 1);
        late.Model = new FakeSequenceModel("fake-2");
        late.Send(UserEvents.Make("e2", creative: "unheard-of", minute: 1));
        late.Run();

        using var early = new World { Model = new FakeSequenceModel("fake-2") };
        early.SendFeatures("c1", version: 3, content: 1);
        early.Send(UserEvents.Make("e1"));
        early.Send(UserEvents.Make("e2", creative: "unheard-of", minute: 1));
        early.Run();

        Assert.Equal([4L, 0L], Tokens(late).Select(t => t.JoinedVersionPlusOne));
        Assert.Equal(Embeddings(early)[^1], Embeddings(late)[^1]);
    }

    [Fact]
    public void Another_model_version_keeps_what_was_joined_before()
    {
        using var world = new World();
        world.SendFeatures("c1", version: 3, content: 1);
        foreach (var @event in UserEvents.Row("u1", 9))
            world.Send(@event);
        world.Run(new Step.Poll(9));
        world.SendFeatures("c1", version: 7, content: 5);
        world.Model = new FakeSequenceModel("fake-2");
        world.Send(UserEvents.Make("last", creative: "c1", minute: 20));
        world.Run();

        Assert.Equal([0L, 4L, 0L, 0L, 0L, 4L, 0L, 0L, 0L, 8L], AllTokens(world).Select(t => t.JoinedVersionPlusOne));
    }

    private static string[] Embeddings(World world) =>
    [
        .. world.Log.Read(world.Topology.Topics.UserFeatures.Name).Select(r => UserFeatures.Parser.ParseFrom(r.Value)).Where(f => f.UserId == "u1")
            .Select(f => f.Embedding.ToString()),
    ];

    private static IEnumerable<HistoryToken> Tokens(World world) =>
        Stored(world, "users").SelectMany(v => UserState.Parser.ParseFrom(v).Tail.Tokens);

    private static IEnumerable<HistoryToken> AllTokens(World world) =>
        Stored(world, "history").SelectMany(v => HistorySegment.Parser.ParseFrom(v).Tokens).Concat(Tokens(world));

    private static IEnumerable<byte[]> Stored(World world, string table) =>
        StoreDump.Rows(world.StateRoot, "users").Select(r => r.Split(' ')).Where(r => r[1] == table).Select(r => Convert.FromHexString(r[^1]));
}
