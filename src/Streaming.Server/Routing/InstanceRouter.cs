using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Instances;
using Streaming.Runtime.Records;
using Streaming.Server.Composition;

namespace Streaming.Server.Routing;

/// <summary>
/// Tells the other instances what this one owns and where it answers, and knows the same of them: the consumer groups decide who owns what, and a
/// topic of announcements makes it known.
/// </summary>
internal sealed partial class InstanceRouter(Platform platform, ILogger logger) : IDelivery, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly InstanceDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private Task _announcing = Task.CompletedTask;

    /// <summary>This instance's address; empty until <see cref="Start"/>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Instances that are alive, this one included once its announcement is read.</summary>
    public int Live => _directory.Live.Count;

    /// <summary>Begins to announce this instance under an address, and to follow the others.</summary>
    public void Start(Uri address)
    {
        Address = address.ToString().TrimEnd('/');
        _following = FollowAsync();
        _announcing = AnnounceAsync();
        LogAnnounced(Address);
    }

    /// <summary>The other instances that own any of these partitions in a role, and which, by address.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Owners(string role, IReadOnlyList<TopicPartition> partitions)
    {
        var owners = new SortedDictionary<string, IReadOnlyList<TopicPartition>>(StringComparer.Ordinal);
        foreach (var instance in _directory.Live.Where(i => i.Address != Address))
        {
            var owned = instance.Owned.Where(o => o.Role == role).SelectMany(o => o.Partitions.Select(p => new TopicPartition(o.Topic, p)));
            if (owned.Intersect(partitions).ToList() is { Count: > 0 } shared)
                owners.Add(instance.Address, shared);
        }
        return owners;
    }

    /// <inheritdoc />
    public void Delivered(long appendTimeMs)
    {
    }

    /// <inheritdoc />
    public void Failed(string reason) => LogNotDelivered(reason);

    /// <summary>Takes the announcement back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _announcing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Address.Length > 0)
            Publish(null);
        _stop.Dispose();
    }

    private async Task AnnounceAsync()
    {
        using var timer = new PeriodicTimer(Look, platform.Clock);
        var (last, at) = (new InstanceAnnouncement(), 0L);
        do
        {
            var now = Describe();
            if (now.Equals(last) && platform.Clock.GetElapsedTime(at) < Repeat)
                continue;
            Publish(now.ToByteArray());
            (last, at) = (now, platform.Clock.GetTimestamp());
        }
        while (await timer.WaitForNextTickAsync(_stop.Token));
    }

    // A topic that cannot be read now may be readable later, and until then answers are flagged as partial.
    private async Task FollowAsync()
    {
        while (true)
        {
            try
            {
                await platform.Log.ReadAllAsync(platform.Topology.InstancesTopic, Apply, () => { }, _stop.Token);
            }
#pragma warning disable CA1031 // The boundary of the reader's task: whatever ends it is told, and tried again.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogNotRead(e.Message);
            }
            await Task.Delay(Retry, platform.Clock, _stop.Token);
        }
    }

    private void Apply(InputRecord record)
    {
        if (record.Key is null)
            return;
        try
        {
            _directory.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : InstanceAnnouncement.Parser.ParseFrom(record.Value), record.AppendTimeMs);
        }
        catch (InvalidProtocolBufferException)
        {
            // Of a later version of the platform, or of nobody: as good as not announced.
        }
    }

    private InstanceAnnouncement Describe()
    {
        var announcement = new InstanceAnnouncement { Address = Address, LeaseMs = (long)Lease.TotalMilliseconds };
        foreach (var role in platform.RunningRoles)
        {
            // Looked at here too, so that a new partition's end is taken soon after it came.
            platform.Replayed(role);
            foreach (var topic in platform.Positions(role).Select(p => p.Partition).GroupBy(p => p.Topic).OrderBy(t => t.Key, StringComparer.Ordinal))
                announcement.Owned.Add(new OwnedPartitions { Role = role, Topic = topic.Key, Partitions = { topic.Select(p => p.Partition).Order() } });
        }
        return announcement;
    }

    private void Publish(byte[]? value) =>
        platform.Sink.Publish(new OutputRecord(platform.Topology.InstancesTopic, Encoding.UTF8.GetBytes(Address), value, [], Partition: 0), this);

    [LoggerMessage(541, LogLevel.Information, "Other instances reach this one at {Address}")]
    private partial void LogAnnounced(string address);

    [LoggerMessage(542, LogLevel.Warning, "What this instance owns could not be announced: {Reason}; trying again")]
    private partial void LogNotDelivered(string reason);

    [LoggerMessage(543, LogLevel.Warning, "What other instances own cannot be read: {Reason}; trying again")]
    private partial void LogNotRead(string reason);
}
