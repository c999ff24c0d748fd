using System.Runtime.InteropServices;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Native;

namespace Streaming.Kafka.Topics;

/// <summary>Which cluster this is.</summary>
public static class ClusterIdentity
{
    /// <summary>The cluster id, as the brokers tell it.</summary>
    /// <exception cref="KafkaSettingException">A client setting is refused.</exception>
    /// <exception cref="TimeoutException">No broker answered in time.</exception>
    public static string Read(KafkaOptions options, TimeSpan timeout)
    {
        // This client has no log handler: what it would print is told by the exception.
        using var client = NativeClient.Create(new Dictionary<string, string>(options.Client()) { ["log_level"] = "0" });
        var id = LibRdKafka.ClusterId(client.Pointer, (int)timeout.TotalMilliseconds);
        if (id == IntPtr.Zero)
            throw new TimeoutException($"no Kafka broker at '{options.BootstrapServers}' answered within {timeout.TotalSeconds:0} s");
        var text = Marshal.PtrToStringUTF8(id)!;
        LibRdKafka.MemFree(client.Pointer, id);
        return text;
    }
}
