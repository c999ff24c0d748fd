using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>Counts a record into its epoch: a dead letter or a changelog record holds up the commit as a feature does.</summary>
internal sealed class EpochDelivery(DeliveryEpoch epoch) : IDelivery
{
    public void Delivered(long appendTimeMs) => epoch.Delivered();

    public void Failed(string reason) => epoch.Failed(reason);
}
