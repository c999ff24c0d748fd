namespace Streaming.Server.Tests.Replay;

/// <summary>Whole replays on the run's cluster, which go on beside the other tests there: one after the other all of them would take too long.</summary>
[CollectionDefinition(Name)]
public sealed class RealKafkaReplayCollection : ICollectionFixture<RealKafkaFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "real kafka, replays";
}
