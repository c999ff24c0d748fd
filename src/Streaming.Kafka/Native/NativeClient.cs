using System.Runtime.InteropServices;
using System.Text;
using Streaming.Kafka.Clients;

namespace Streaming.Kafka.Native;

/// <summary>A client handle of librdkafka's own, destroyed once.</summary>
internal sealed class NativeClient : SafeHandle
{
    private NativeClient(IntPtr handle)
        : base(IntPtr.Zero, ownsHandle: true) => SetHandle(handle);

    public override bool IsInvalid => handle == IntPtr.Zero;

    public IntPtr Pointer => handle;

    /// <exception cref="KafkaSettingException">librdkafka refuses a setting.</exception>
    public static NativeClient Create(IReadOnlyDictionary<string, string> settings)
    {
        var error = new byte[LibRdKafka.ErrorLength];
        var conf = LibRdKafka.ConfNew();
        foreach (var (name, value) in settings)
        {
            if (LibRdKafka.ConfSet(conf, name, value, error, LibRdKafka.ErrorLength) != LibRdKafka.ConfOk)
            {
                LibRdKafka.ConfDestroy(conf);
                throw new KafkaSettingException($"kafka.{name}: {Text(error)}");
            }
        }
        var client = LibRdKafka.New(LibRdKafka.Producer, conf, error, LibRdKafka.ErrorLength);
        if (client != IntPtr.Zero)
            return new(client);
        LibRdKafka.ConfDestroy(conf);
        throw new KafkaSettingException(Text(error));
    }

    protected override bool ReleaseHandle()
    {
        LibRdKafka.Destroy(handle);
        return true;
    }

    private static string Text(byte[] error) => Encoding.UTF8.GetString(error, 0, Array.IndexOf(error, (byte)0));
}
