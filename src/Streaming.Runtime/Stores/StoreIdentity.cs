namespace Streaming.Runtime.Stores;

/// <summary>Whose state a store holds: the cluster, the partition, and how far into which log.</summary>
/// <param name="ClusterId">Kafka's cluster id.</param>
/// <param name="Topic">Source topic.</param>
/// <param name="Partition">Source partition.</param>
/// <param name="NextOffset">The next offset to apply.</param>
/// <param name="Mark">Fingerprint of the last applied record; null before the first.</param>
/// <param name="Origin">Hash of the first applied record: tells states of one partition apart that began differently; 0 before the first.</param>
public sealed record StoreIdentity(string ClusterId, string Topic, int Partition, long NextOffset, LogMark? Mark, ulong Origin);
