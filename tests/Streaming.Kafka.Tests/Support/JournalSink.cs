using System.Text;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Tests.Support;

/// <summary>Writes down each record before it goes on to the real sink.</summary>
internal sealed class JournalSink(IRecordSink inner, Journal journal) : IRecordSink
{
    public const int Published = 1;

    public void Publish(in OutputRecord record, IDelivery delivery)
    {
        journal.Add(Published, Encoding.UTF8.GetString(record.Value!));
        inner.Publish(record, delivery);
    }
}
