using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>Counts a feature record into its epoch, and its freshness when the brokers have it.</summary>
internal sealed class FeatureDelivery(DeliveryEpoch epoch, RuntimeMetrics metrics, string role, long sourceAppendTimeMs, long eventTimeMs) : IDelivery
{
    public void Delivered(long appendTimeMs)
    {
        metrics.Fresh(role, appendTimeMs - sourceAppendTimeMs, appendTimeMs - eventTimeMs);
        epoch.Delivered();
    }

    public void Failed(string reason) => epoch.Failed(reason);
}
