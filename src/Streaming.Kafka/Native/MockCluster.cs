using System.Runtime.InteropServices;

namespace Streaming.Kafka.Native;

/// <summary>
/// librdkafka's built-in cluster. librdkafka aborts the process when a client is destroyed that still has one, so this handle holds its
/// client until the cluster is gone, also when nobody disposed either.
/// </summary>
internal sealed class MockCluster : SafeHandle
{
    private readonly NativeClient _client;

    private MockCluster(NativeClient client, IntPtr handle)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        _client = client;
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    public IntPtr Pointer => handle;

    /// <summary>Starts a cluster inside a new client of its own.</summary>
    /// <exception cref="InvalidOperationException">librdkafka cannot start it.</exception>
    public static MockCluster Create(int brokers)
    {
        // It announces itself on standard error at the default level.
        using var client = NativeClient.Create(new Dictionary<string, string> { ["log_level"] = "3" });
        var cluster = LibRdKafka.MockClusterNew(client.Pointer, brokers);
        if (cluster == IntPtr.Zero)
            throw new InvalidOperationException("librdkafka cannot start its built-in cluster");
        var held = false;
        client.DangerousAddRef(ref held);
        return new(client, cluster);
    }

    protected override bool ReleaseHandle()
    {
        LibRdKafka.MockClusterDestroy(handle);
        _client.DangerousRelease();
        return true;
    }
}
