namespace Streaming.Kafka.Clients;

/// <summary>librdkafka refuses a client setting. The message names it; correct the command line or the environment.</summary>
public sealed class KafkaSettingException(string message) : Exception(message);
