namespace Streaming.Runtime.Users;

/// <summary>One row of a batch: the next token of a user.</summary>
/// <param name="State">The user's state, of the model that steps.</param>
/// <param name="Token">A token that the model has checked.</param>
public readonly record struct SequenceStep(ISequenceState State, SequenceToken Token);
