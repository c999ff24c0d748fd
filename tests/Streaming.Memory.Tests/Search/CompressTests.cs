using System.Runtime.Intrinsics;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

public sealed unsafe class CompressTests
{
    [Fact]
    public void The_chosen_lanes_come_in_their_order_on_every_processor() => Prop.ForAll<ushort, int>(Check).QuickCheckThrowOnFailure();

    private static void Check(ushort chosen, int seed)
    {
        Random random = new(seed);
        int[] keys = [.. Enumerable.Range(0, 16).Select(_ => random.Next())], values = [.. Enumerable.Range(0, 16).Select(_ => random.Next())];
        int[] lanes = [.. Enumerable.Range(0, 16).Where(lane => (chosen >> lane & 1) != 0)];
        int* toKeys = stackalloc int[16], toValues = stackalloc int[16];
        foreach (bool oneByOne in new[] { false, true })
        {
            int count = oneByOne
                ? Compress.AppendOneByOne(toKeys, toValues, Vector512.Create(keys), Vector512.Create(values), chosen)
                : Compress.Append(toKeys, toValues, Vector512.Create(keys), Vector512.Create(values), chosen);
            Assert.Equal(lanes.Select(lane => keys[lane]), new ReadOnlySpan<int>(toKeys, count).ToArray());
            Assert.Equal(lanes.Select(lane => values[lane]), new ReadOnlySpan<int>(toValues, count).ToArray());
        }
    }
}
