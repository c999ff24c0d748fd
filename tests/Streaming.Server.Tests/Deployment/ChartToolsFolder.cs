namespace Streaming.Server.Tests.Deployment;

/// <summary>
/// The tests that share the unpacked tools, and the end of their life. A hook at the process's end would be too late:
/// the test platform ends its host 100 ms after the last test.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ChartToolsFolder : ICollectionFixture<ChartToolsFolder>, IAsyncLifetime
{
    public const string Name = "chart tools";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => ChartTools.RemoveAsync();
}
