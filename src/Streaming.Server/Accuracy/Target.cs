namespace Streaming.Server.Accuracy;

/// <summary>An event whose item is to be foreseen from the same user's events before it.</summary>
/// <param name="User">Whose event.</param>
/// <param name="Event">Index of the event in the <see cref="SequenceLog"/>; never the user's first.</param>
public readonly record struct Target(int User, int Event);
