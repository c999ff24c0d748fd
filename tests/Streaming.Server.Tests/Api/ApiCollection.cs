namespace Streaming.Server.Tests.Api;

/// <summary>Classes that ask the same instances, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiFixture>
{
    public const string Name = "api";
}
