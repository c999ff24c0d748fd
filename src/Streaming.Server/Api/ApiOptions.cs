namespace Streaming.Server.Api;

/// <summary>Where the HTTP API listens, and where it sends what it does not hold.</summary>
/// <param name="Url">Such as http://0.0.0.0:8080.</param>
/// <param name="MemoryEndpoint">Base address of an instance with the memory role; null when this one has it.</param>
public sealed record ApiOptions(string Url, Uri? MemoryEndpoint);
