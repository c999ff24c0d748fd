using Streaming.Models.Hstu;

namespace Streaming.Server.Composition;

/// <summary>An engine that was made, and what to call it.</summary>
/// <param name="Engine">Runs the model; the receiver disposes it.</param>
/// <param name="Name">cpu or gpu.</param>
/// <param name="KvPrecision">How it keeps keys and values.</param>
/// <param name="PrefillObstacle">Why it rebuilds exactly although tensor cores were asked for; null = it does as asked.</param>
internal sealed record SequenceEngine(IHstuEngine Engine, string Name, string KvPrecision, string? PrefillObstacle);
