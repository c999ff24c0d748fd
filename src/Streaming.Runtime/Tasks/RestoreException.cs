namespace Streaming.Runtime.Tasks;

/// <summary>Tasks cannot go on from where they are, through no fault of a record. They go back to their last commit and repeat what came after it.</summary>
public abstract class RestoreException(string message, Exception? inner = null) : Exception(message, inner);
