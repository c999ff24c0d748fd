namespace Streaming.Models.Detectors;

/// <summary>One line of text in a picture.</summary>
/// <param name="Box">Where.</param>
/// <param name="BoxScore">Mean text probability in it.</param>
/// <param name="Text">What it says.</param>
/// <param name="TextScore">Mean probability of its characters.</param>
/// <param name="Colour">Red, green, blue of its characters.</param>
public sealed record TextLine(PixelBox Box, float BoxScore, string Text, float TextScore, (byte Red, byte Green, byte Blue) Colour);
