namespace Streaming.Runtime.Stores;

/// <summary>What one transaction writes: dirty values and how far into the source they are.</summary>
/// <param name="Values">New values by key.</param>
/// <param name="Identity">Null for a part of a restore: a store without identity is incomplete and is restored again.</param>
internal sealed record CommitBatch(IReadOnlyDictionary<StateKey, byte[]> Values, StoreIdentity? Identity);
