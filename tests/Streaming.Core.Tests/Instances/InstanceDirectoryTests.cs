using Streaming.Core.Contracts;
using Streaming.Core.Instances;

namespace Streaming.Core.Tests.Instances;

public sealed class InstanceDirectoryTests
{
    private readonly InstanceDirectory _directory = new();

    [Fact]
    public void The_newest_announcement_of_each_instance_holds()
    {
        Announce("http://b", 1_000, 0, 1);
        Announce("http://a", 1_001, 2);
        Announce("http://b", 2_000, 1);

        Assert.Equal(["http://a: 2", "http://b: 1"], Live());
    }

    [Fact]
    public void An_instance_that_left_is_gone_and_may_come_back()
    {
        Announce("http://a", 1_000, 0);
        _directory.Apply("http://a", null, 1_001);
        Assert.Empty(Live());
        _directory.Apply("http://a", null, 1_002);
        Announce("http://a", 1_003, 1);
        Assert.Equal(["http://a: 1"], Live());
    }

    [Fact]
    public void One_that_is_silent_for_longer_than_its_lease_is_gone_when_others_speak()
    {
        Announce("http://a", 1_000, 0);
        Announce("http://b", 6_000, 1);
        Assert.Equal(["http://a: 0", "http://b: 1"], Live());
        Announce("http://b", 6_001, 1);
        Assert.Equal(["http://b: 1"], Live());
    }

    [Fact]
    public void Nobody_is_gone_while_nobody_can_speak()
    {
        Announce("http://a", 1_000, 0);
        Announce("http://b", 1_000, 1);
        // Brokers were away for an hour; the first one that comes through takes the others for dead until they come through too.
        Assert.Equal(2, Live().Count);
        Announce("http://a", 3_601_000, 0);
        Announce("http://b", 3_601_001, 1);
        Assert.Equal(["http://a: 0", "http://b: 1"], Live());
    }

    [Fact]
    public void A_clock_that_steps_back_takes_nobody_for_dead()
    {
        Announce("http://a", 9_000, 0);
        Announce("http://b", 5_000, 1);
        Announce("http://a", 5_001, 0);
        Assert.Equal(["http://a: 0", "http://b: 1"], Live());
    }

    private void Announce(string address, long appendTimeMs, params int[] partitions) => _directory.Apply(
        address,
        new() { Address = address, LeaseMs = 5_000, Owned = { new OwnedPartitions { Role = "memory", Topic = "memory-updates", Partitions = { partitions } } } },
        appendTimeMs);

    private List<string> Live() => [.. _directory.Live.Select(a => $"{a.Address}: {string.Join(",", a.Owned.Single().Partitions)}")];
}
