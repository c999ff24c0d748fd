using FsCheck;
using FsCheck.Fluent;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

public sealed class SelectionTests
{
    [Fact]
    public void The_key_that_so_many_reach_is_the_one_of_that_rank() => Prop.ForAll<NonEmptyArray<int>, PositiveInt>((keys, wanted) =>
    {
        int rank = Math.Min(wanted.Get, keys.Get.Length);
        Assert.Equal(keys.Get.OrderDescending().ElementAt(rank - 1), Selection.Reached(keys.Get, rank));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_extremes_of_integers_are_keys_too() =>
        Assert.Equal([int.MaxValue, 0, int.MinValue], Enumerable.Range(1, 3).Select(rank => Selection.Reached([int.MinValue, int.MaxValue, 0], rank)));

    [Fact]
    public void Integers_of_numbers_are_in_their_order() => Prop.ForAll<NormalFloat, NormalFloat>((x, y) =>
    {
        var (first, second) = ((float)x.Get + 0f, (float)y.Get + 0f); // No −0.
        Assert.Equal(first.CompareTo(second), Math.Sign(Selection.Ordered(first).CompareTo(Selection.Ordered(second))));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(200, 20)]
    [InlineData(33, 33)]
    [InlineData(5, 40)]
    [InlineData(2_000, 100)] // More than are ranked by counting.
    public void Lists_come_best_first_each_once(int count, int wanted)
    {
        Random random = new(count);
        float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(count / 3 + 1) / 7f)]; // Some are equal.
        RankedLists ranked = new SearchScratch().Lists(count);
        for (int list = 0; list < count; list++)
            ranked.Add(scores[list], list);

        ranked.Sort(wanted);

        Assert.Equal(Math.Min(wanted, count), ranked.Count);
        var lists = new int[ranked.Count];
        for (int i = 0; i < lists.Length; i++)
        {
            lists[i] = ranked.List(i);
            Assert.Equal(scores[lists[i]], ranked.Score(i));
        }
        Assert.Equal(scores.OrderDescending().Take(wanted), lists.Select(list => scores[list]));
        Assert.Equal(lists.Length, lists.Distinct().Count());
    }
}
