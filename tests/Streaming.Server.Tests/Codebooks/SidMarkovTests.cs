using Streaming.Server.Accuracy;
using Streaming.Server.Codebooks;
using Streaming.Server.Tests.Accuracy;

namespace Streaming.Server.Tests.Codebooks;

public sealed class SidMarkovTests
{
    // Items 0..3 have the IDs 0-0, 0-1, 1-0, 1-0: the last two collide.
    private static readonly int[] Codes = [0, 0, 0, 1, 1, 0, 1, 0];

    [Fact]
    public void Scores_of_a_small_case_are_as_counted_by_hand()
    {
        // User 1 trains on 0 then 2 (item 3 is held), user 2 on 0 then 1 (item 0 is held).
        var split = NextItemSplit.Of(SmallLog.Of(4, (1, 1, 1), (1, 3, 2), (1, 4, 3), (2, 1, 1), (2, 2, 2), (2, 1, 3)), held: 1);
        var scores = new double[4];
        new SidMarkov(Codes, 2, split).Score([0], scores);

        // Prefix 0 goes to 0 and to 1 once each, of two items each: 1/4. ID 0-0 goes to 0-1 (one item) and 1-0 (two items) once each.
        // Of the four training events 0-0 has two, 0-1 one, 1-0 one.
        Assert.Equal([0.25 + 0.5, 0.25 + 0.5 + 0.25, 0.25 + 0.25 + 0.125, 0.25 + 0.25 + 0.125], scores.Select(score => Math.Round(score, 12)));
    }

    [Fact]
    public void Items_that_collide_cannot_be_told_apart_and_lose_their_ties()
    {
        var ratings = Enumerable.Range(1, 20).SelectMany(user => new[] { (user, 1, 1L), (user, 2, 2L), (user, 1, 3L), (user, 2, 4L) }).ToArray();
        var split = NextItemSplit.Of(SmallLog.Of(30, ratings), held: 1);
        Assert.Equal(1, NextItemRecall.OfIds([.. Enumerable.Range(0, 30)], 1, split));
        Assert.Equal(0, NextItemRecall.OfIds(new int[30], 1, split));
    }

    [Fact]
    public void Nothing_that_is_held_is_trained_on()
    {
        // Two logs that differ in the held events only. A training on them would give other scores, which the last line shows.
        var one = SmallLog.Of(5, (1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4));
        var other = SmallLog.Of(5, (1, 1, 1), (1, 2, 2), (1, 5, 3), (1, 5, 4));

        Assert.Equal(Scores(one, held: 2), Scores(other, held: 2));
        Assert.Equal(BehaviourEmbedding.Compute(NextItemSplit.Of(one, 2), 2, seed: 1), BehaviourEmbedding.Compute(NextItemSplit.Of(other, 2), 2, seed: 1));
        Assert.NotEqual(Scores(one, held: 1), Scores(other, held: 1));

        static double[] Scores(SequenceLog log, int held)
        {
            var scores = new double[5];
            new SidMarkov([0, 1, 2, 3, 4], 1, NextItemSplit.Of(log, held)).Score([1], scores);
            return scores;
        }
    }

    [Fact]
    public void Validation_target_is_the_event_before_the_test_target()
    {
        var log = SmallLog.Of(5, (1, 1, 1), (1, 2, 2), (1, 3, 3), (2, 4, 1));
        Assert.Equal((1, 2), (NextItemSplit.Of(log, 2).Target(0), NextItemSplit.Of(log, 1).Target(0)));
        Assert.Equal([0], NextItemSplit.Of(log, 2).History(0).ToArray());
        Assert.Equal([0], NextItemSplit.Of(log, 1).Users());
    }

    [Fact]
    public void Items_that_are_met_together_have_near_behaviour_embeddings()
    {
        // Items 0..4 are met by some users, 5..9 by others.
        var ratings = Enumerable.Range(1, 40).SelectMany(user => Enumerable.Range(0, 5).Select(k => (user, 1 + (user % 2 * 5) + ((k + user) % 5), (long)k))).ToArray();
        var rows = BehaviourEmbedding.Compute(NextItemSplit.Of(SmallLog.Of(11, ratings), held: 1), 2, seed: 1);

        Assert.True(Dot(0, 1) > 0.9 && Dot(5, 6) > 0.9, $"{Dot(0, 1)}, {Dot(5, 6)}");
        Assert.True(Math.Abs(Dot(0, 5)) < 0.1, $"{Dot(0, 5)}");
        Assert.Equal(0, Dot(10, 10));

        double Dot(int a, int b) => (rows[2 * a] * rows[2 * b]) + (rows[(2 * a) + 1] * rows[(2 * b) + 1]);
    }
}
