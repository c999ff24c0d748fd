using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Replay;

/// <summary>A fact that needs a real Kafka and ml-latest-small.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealKafkaAndDataFactAttribute : FactAttribute
{
    public RealKafkaAndDataFactAttribute() => Skip = RealKafkaLocation.Missing(ownCluster: false) ?? RealDataFactAttribute.Missing(FullDataSet.Name);
}
