using Xunit.Abstractions;

namespace Streaming.Server.Tests.Support;

/// <summary>Classes on the real cluster come first: they take longest, so none is left for the end, and the cluster starts once.</summary>
public sealed class RealKafkaFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        var classes = typeof(RealKafkaFirst).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IClassFixture<RealKafkaFixture>))).Select(t => t.FullName!).ToList();
        return testCollections.OrderBy(c => classes.Exists(name => c.DisplayName.EndsWith(name, StringComparison.Ordinal)) ? 0 : 1);
    }
}
