using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Changelogs;

/// <summary>Writes a task's commits to its partition of the changelog topic.</summary>
internal sealed class ChangelogWriter(IRecordSink sink, string topic, int partition)
{
    /// <summary>Ends when the brokers have the whole commit. It comes before the local write: the changelog is never behind the local state.</summary>
    /// <exception cref="DeliveryException">A record was not delivered; the commit has not happened.</exception>
    public Task WriteAsync(CommitBatch batch)
    {
        var epoch = new DeliveryEpoch();
        foreach (var record in ChangelogRecords.Of(batch, topic, partition))
        {
            epoch.Published();
            sink.Publish(record, new EpochDelivery(epoch));
        }
        epoch.Seal();
        return epoch.Completed;
    }
}
