using Google.Protobuf;
using Streaming.Client.Tests.Support;
using Streaming.Core.Contracts;
using Streaming.Kafka.Embedded;
using Streaming.TestSupport;

namespace Streaming.Client.Tests.Views;

public sealed class FeatureViewTests : IAsyncLifetime, IDisposable
{
    private readonly EmbeddedCluster _cluster = new();
    private Platform _platform = null!;
    private StreamingProducer _producer = null!;

    public async Task InitializeAsync()
    {
        _platform = await new Platform(_cluster.Options).WithTopicsAsync(_cluster);
        _producer = _platform.Producer();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _producer.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public async Task A_lower_version_is_ignored_and_of_equal_ones_the_later_wins()
    {
        var read = new List<FeatureRecord<UserFeatures>>();
        using var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology, read.Add).Start();

        await SendAsync("u", Features(5, "a"));
        await SendAsync("u", Features(4, "b"));
        Assert.Equal("a", await FindAsync(view, "u"));
        await SendAsync("u", Features(5, "c"));
        Assert.Equal("c", await FindAsync(view, "u"));
        await SendAsync("u", Features(6, "d"));
        Assert.Equal("d", await FindAsync(view, "u"));

        Assert.Equal([("a", true, true), ("b", false, false), ("c", true, false), ("d", true, true)], read.Select(r => (r.Features!.ModelVersion, r.IsNew, r.IsFirstOfVersion)));
        Assert.Equal(1, view.Count);
    }

    [Fact]
    public async Task A_tombstone_removes_the_key()
    {
        using var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology).Start();
        await SendAsync("u", Features(5, "a"));
        await SendAsync("v", Features(1, "b"));
        Assert.Equal("a", await FindAsync(view, "u"));

        await SendAsync("u", null);
        Assert.Null(await FindAsync(view, "u"));
        Assert.Equal(["v"], view.Features.Select(f => f.Key));

        await SendAsync("u", Features(2, "c"));
        Assert.Equal("c", await FindAsync(view, "u"));
    }

    [Fact]
    public async Task Caught_up_means_that_everything_that_was_there_is_in_the_view()
    {
        for (var i = 0; i < 200; i++)
            _ = SendAsync($"user-{i}", Features(i, "m"));
        _producer.Flush();
        using var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology).Start();

        await view.CaughtUp.WaitAsync(Eventually.Deadline);

        Assert.Equal(200, view.Count);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), view.Features.Select(f => f.Value.Version).Order());
    }

    [Fact]
    public async Task An_empty_topic_is_caught_up_with_before_a_fetch_says_that_it_is_empty()
    {
        // A fetch here takes its whole time, which is longer than the test waits.
        var options = _platform.Options with { Settings = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "120000", ["socket.timeout.ms"] = "150000" } };
        using var view = FeatureViews.OfCreatives(options, _platform.Topology).Start();

        await view.CaughtUp.WaitAsync(Eventually.Deadline);

        Assert.Equal(0, view.Count);
        Assert.True(view.HasApplied(0, 0));
        Assert.False(view.HasApplied(0, 1));
    }

    [Fact]
    public async Task Records_that_are_no_features_are_counted_and_change_nothing()
    {
        var topic = _platform.Topology.Topics.UserFeatures.Name;
        using var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology).Start();
        await SendAsync("u", Features(1, "a"));
        await _producer.SendRawAsync(topic, "u", [255, 255, 255], "id", "type");
        await _producer.SendRawAsync(topic, "other", [10, 200], "id", "type");
        await _producer.SendRawAsync(topic, null, Features(9, "keyless").ToByteArray(), "id", "type");
        await SendAsync("last", Features(1, "z"));
        await Eventually.HoldsAsync("the broken records are read", () => view.Unreadable == 2);

        Assert.Equal("a", await FindAsync(view, "u"));
        Assert.Equal("z", await FindAsync(view, "last"));
        Assert.Equal(2, view.Count);
    }

    [Fact]
    public async Task A_refused_setting_ends_the_view_with_an_error_that_names_it()
    {
        var options = _platform.Options with { Settings = new Dictionary<string, string> { ["no.such.setting"] = "1" } };
        using var view = FeatureViews.OfUsers(options, _platform.Topology).Start();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => view.CaughtUp.WaitAsync(Eventually.Deadline));

        Assert.Contains("no.such.setting", error.Message, StringComparison.Ordinal);
        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => view.Ended));
    }

    [Fact]
    public async Task A_callback_that_throws_ends_the_view_with_its_error()
    {
        await SendAsync("u", Features(1, "a"));
        using var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology, _ => throw new NotSupportedException("by the test")).Start();

        Assert.Equal("by the test", (await Assert.ThrowsAsync<NotSupportedException>(() => view.Ended.WaitAsync(Eventually.Deadline))).Message);
        await Assert.ThrowsAsync<NotSupportedException>(() => view.CaughtUp);
    }

    [Fact]
    public async Task Disposing_ends_reading_and_whoever_waits_to_be_caught_up()
    {
        var dead = new ClientOptions { BootstrapServers = "127.0.0.1:1", Settings = new Dictionary<string, string> { ["log_level"] = "0" } };
        var never = FeatureViews.OfUsers(dead, _platform.Topology);
        never.Dispose();
        never.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never.CaughtUp.WaitAsync(Eventually.Deadline));

        var view = FeatureViews.OfUsers(_platform.Options, _platform.Topology).Start();
        await view.CaughtUp.WaitAsync(Eventually.Deadline);
        view.Dispose();
        view.Dispose();
        await view.Ended.WaitAsync(Eventually.Deadline);
    }

    private static UserFeatures Features(long version, string model) => new() { Version = version, ModelVersion = model };

    private async Task SendAsync(string user, UserFeatures? features)
    {
        var offset = await _producer.SendRawAsync(_platform.Topology.Topics.UserFeatures.Name, user, features?.ToByteArray(), "id", "type");
        _next[Platform.PartitionOf(user)] = offset + 1;
    }

    private async Task<string?> FindAsync(FeatureView<UserFeatures> view, string user)
    {
        var partition = Platform.PartitionOf(user);
        await Eventually.HoldsAsync("the record is in the view", () => view.HasApplied(partition, _next[partition]));
        return view.Find(user)?.ModelVersion;
    }

    private readonly long[] _next = new long[Platform.Partitions];
}
