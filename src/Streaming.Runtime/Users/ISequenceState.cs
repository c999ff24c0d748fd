namespace Streaming.Runtime.Users;

/// <summary>What a sequence model keeps of one user (K/V of the window). Derived from the history; may be dropped and rebuilt.</summary>
public interface ISequenceState
{
    /// <summary>Memory held.</summary>
    long SizeBytes { get; }
}
