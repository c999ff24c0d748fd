namespace Streaming.Core.Contracts;

/// <summary>How a reader of a feature topic decides between the record it holds and the one it reads.</summary>
public static class FeatureVersions
{
    /// <summary>A lower version is ignored, and for an equal version the later record of the topic wins.</summary>
    public static bool Replaces(long held, long read) => read >= held;
}
