namespace Streaming.Runtime.Tasks;

/// <summary>Going back to the last commit did not help. The role stops with this message, and the process ends; what was committed is kept.</summary>
public sealed class TaskStoppedException(string message, Exception inner) : Exception(message, inner);
