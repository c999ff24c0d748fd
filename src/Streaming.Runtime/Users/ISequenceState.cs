namespace Streaming.Runtime.Users;

/// <summary>What a sequence model keeps of one user (K/V of the window). Derived from the history; may be disposed and rebuilt.</summary>
public interface ISequenceState : IDisposable
{
    /// <summary>Memory held; grows with tokens up to <see cref="ISequenceModel.MaxStateBytes"/>.</summary>
    long SizeBytes { get; }
}
