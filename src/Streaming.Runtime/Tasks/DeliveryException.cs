namespace Streaming.Runtime.Tasks;

/// <summary>A feature record could not be delivered in time. The task goes back to its last commit and tries again.</summary>
public sealed class DeliveryException(string message) : RestoreException(message);
