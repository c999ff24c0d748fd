namespace Streaming.Client.Api;

/// <summary>Which version one instance searched. Each counts its own.</summary>
public sealed record InstanceVersion(string Instance, long Version, DateTime PublishedAt, DateTime Time);
