namespace Streaming.Runtime.Users;

/// <summary>One event as the sequence model sees it.</summary>
/// <param name="Content">The creative's embedding; empty when its features are unknown.</param>
/// <param name="Action">One of the topology's actions.</param>
/// <param name="EventTimeSeconds">Unix seconds, UTC.</param>
public readonly record struct SequenceToken(ReadOnlyMemory<float> Content, string Action, long EventTimeSeconds);
