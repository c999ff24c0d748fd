using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Server.Output;

namespace Streaming.Server.Replay;

/// <summary>Reads both feature topics as a ranking service would, and counts what it sees.</summary>
internal sealed class FeatureTap : IDisposable
{
    private long _versions;
    private long _read;

    public FeatureTap(ClientOptions client, Topology topology)
    {
        Users = FeatureViews.OfUsers(client, topology, Take).Start();
        Creatives = FeatureViews.OfCreatives(client, topology).Start();
    }

    public FeatureView<UserFeatures> Users { get; }

    public FeatureView<CreativeFeatures> Creatives { get; }

    /// <summary>From the event's to the feature's append time.</summary>
    public LatencyRecorder Freshness { get; } = new();

    /// <summary>Distinct (user, version) pairs.</summary>
    public long Versions => Volatile.Read(ref _versions);

    /// <summary>User feature records, repeats included.</summary>
    public long Read => Volatile.Read(ref _read);

    public string Digest() => FeatureDigest.Of(Users.Features, Creatives.Features);

    public void Dispose()
    {
        Users.Dispose();
        Creatives.Dispose();
    }

    private void Take(FeatureRecord<UserFeatures> record)
    {
        Interlocked.Increment(ref _read);
        if (!record.IsFirstOfVersion)
            return;
        Interlocked.Increment(ref _versions);
        Freshness.Record(TimeSpan.FromMilliseconds(record.AppendTimeMs - record.Features!.SourceAppendTimeMs));
    }
}
