using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>Keeps what a processor publishes.</summary>
internal sealed class RecordingOutput : ITaskOutput
{
    public bool MayPublish { get; set; } = true;

    public List<OutputRecord> Records { get; } = [];

    public void Publish(in OutputRecord record, InputRecord cause, long eventTimeMs) => Records.Add(record);
}
