namespace Streaming.Core.Topologies;

/// <summary>Which older versions of a memory namespace can be asked for. Both limits hold. Read once.</summary>
public sealed record MemoryRetentionOptions
{
    /// <summary>Versions kept, the newest included; 1 to 1,000,000. 1 = the newest only.</summary>
    public int Versions { get; init; } = 1;

    /// <summary>How long after its publication a version is kept.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(10);
}
