namespace Streaming.Models.Media;

/// <summary>What an image file says of itself, read without decoding.</summary>
/// <param name="Type">Format.</param>
/// <param name="Width">Pixels of a row as stored; a camera's orientation may swap it with <paramref name="Height"/>.</param>
/// <param name="Height">Rows as stored.</param>
public readonly record struct ImageHeader(ImageType Type, int Width, int Height)
{
    /// <summary>Pictures of an animation; 1 for a still.</summary>
    public int Frames { get; init; } = 1;

    /// <summary>How long one round of the animation takes; zero for a still.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Passes over the picture that a progressive JPEG makes; else 1.</summary>
    public int Passes { get; init; } = 1;
}
