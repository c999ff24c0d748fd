namespace Streaming.TestSupport;

/// <summary>Test classes that share the run's cluster: <c>[Collection(RealKafkaCollection.Name)]</c>, with the fixture in the constructor.</summary>
[CollectionDefinition(Name)]
public sealed class RealKafkaCollection : ICollectionFixture<RealKafkaFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "real kafka";
}
