using Streaming.Models.Media;
using Streaming.Server.Workloads.Media;

namespace Streaming.Server.Tests.Media;

/// <summary>Runs while no other test does: what it measures is the whole process's.</summary>
[Collection(nameof(HostileMediaMemoryTests))]
[CollectionDefinition(nameof(HostileMediaMemoryTests), DisableParallelization = true)]
public sealed class HostileMediaMemoryTests
{
    private readonly MediaDecoder _decoder = new(new MediaLimits());

    [Fact]
    public void What_a_hostile_file_allocates_does_not_stay()
    {
        var allocated = Allocations.Of(() => RefuseAll());
        // A fault's words are a few hundred bytes; the pixels come from a pool and go back.
        Assert.InRange(allocated, 0, HostileMedia.All.Count * 4_096);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < 20; round++)
            RefuseAll();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
    }

    private void RefuseAll()
    {
        foreach (var sample in HostileMedia.All)
            _decoder.Decode(sample.Data, sample.MimeType);
    }
}
