namespace Streaming.Kafka.Tests.Support;

internal sealed class DeliveryFailedException(string reason) : Exception(reason);
