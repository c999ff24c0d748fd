namespace Streaming.Server.Api;

/// <summary>Which version one instance searched. Each counts its own.</summary>
internal sealed record InstanceVersion(string Instance, long Version, DateTime PublishedAt, DateTime Time)
{
    public static InstanceVersion Of(SearchPart part) => new(part.Instance, part.Version, part.PublishedAt, part.Time);
}
