namespace Streaming.Server.Workloads.Media;

/// <summary>One generated medium.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="MimeType">What it is said to be.</param>
/// <param name="Data">Its bytes.</param>
public sealed record MediaSample(string Name, string MimeType, byte[] Data)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
