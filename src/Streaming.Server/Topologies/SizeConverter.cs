using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Streaming.Server.Topologies;

/// <summary>Sizes such as <c>64MiB</c>, <c>1GiB</c> or plain bytes.</summary>
internal sealed class SizeConverter : IYamlTypeConverter
{
    private static readonly (string Suffix, long Unit)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("", 1)];

    public bool Accepts(Type type) => type == typeof(long);

    public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
    {
        var scalar = parser.Consume<Scalar>();
        foreach (var (suffix, unit) in Units)
        {
            if (Quantity.TryParse(scalar.Value, suffix, out var number))
                return (long)(number * unit);
        }
        throw new YamlException(scalar.Start, scalar.End, $"'{scalar.Value}' is not a size such as 64MiB or 1GiB");
    }

    public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => throw new NotSupportedException("topologies are only read");
}
