using System.Globalization;
using System.Text;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>Sends a rejected record, byte for byte, to its topic's dead-letter topic, with headers that say why.</summary>
internal sealed class DeadLetters(IRecordSink sink)
{
    public void Publish(string topic, InputRecord record, Rejection rejection, IDelivery delivery)
    {
        var headers = new List<RecordHeader>(record.Headers)
        {
            Text(DeadLetterHeaders.Class, rejection.Class),
            Text(DeadLetterHeaders.Message, rejection.Message),
            Text(DeadLetterHeaders.Stage, rejection.Stage),
            Text(DeadLetterHeaders.Topic, record.Source.Topic),
            Text(DeadLetterHeaders.Partition, record.Source.Partition.ToString(CultureInfo.InvariantCulture)),
            Text(DeadLetterHeaders.Offset, record.Offset.ToString(CultureInfo.InvariantCulture)),
        };
        sink.Publish(new(topic, record.Key, record.Value, headers), delivery);
    }

    private static RecordHeader Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
