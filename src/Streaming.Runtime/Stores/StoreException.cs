namespace Streaming.Runtime.Stores;

/// <summary>A state store cannot be opened, read or written: disk full, corrupted, locked, or of a newer format. The task stops without publishing.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
