namespace Streaming.Memory.Rules;

/// <summary>Which older versions can be asked for. Both limits hold; a version outside either is forgotten once no snapshot holds it.</summary>
public sealed record RetentionOptions
{
    /// <summary>Versions kept, the newest included; 1..1,000,000. 1 = the newest only.</summary>
    public int Versions { get; init; } = 1;

    /// <summary>How long after its publication a version is kept.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(10);
}
