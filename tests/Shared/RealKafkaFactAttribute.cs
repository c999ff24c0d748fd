namespace Streaming.TestSupport;

/// <summary>A fact that needs a real Kafka, and is skipped, saying so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealKafkaFactAttribute : FactAttribute
{
    /// <param name="ownCluster">The test starts a cluster of its own, so brokers that somebody else runs are not enough.</param>
    public RealKafkaFactAttribute(bool ownCluster = false)
    {
        OwnCluster = ownCluster;
        Skip = RealKafkaLocation.Missing(ownCluster);
    }

    /// <summary>Whether the test starts a cluster of its own.</summary>
    public bool OwnCluster { get; }
}
