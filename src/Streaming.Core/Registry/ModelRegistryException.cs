namespace Streaming.Core.Registry;

/// <summary>A promotion or a roll-back that cannot be. The message says what to do instead; nothing was written.</summary>
public sealed class ModelRegistryException(string message) : Exception(message);
