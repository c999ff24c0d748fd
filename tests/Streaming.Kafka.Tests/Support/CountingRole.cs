using System.Globalization;
using System.Text;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Kafka.Tests.Support;

/// <summary>
/// A role that counts a key's records: for each record it publishes <c>source offset:count</c> under the record's key. A record that is lost,
/// or applied twice, shows in every later count of its key.
/// </summary>
internal sealed class CountingRole(string source, string target) : IProcessorFactory
{
    public string Role => "users";

    public IReadOnlyList<string> Topics => [source];

    public bool Durable => true;

    public string? Changelog => null;

    /// <summary>Called before each record, on the stream thread.</summary>
    public Action<InputRecord>? Processing { get; init; }

    /// <summary>Called after each record, on the stream thread.</summary>
    public Action<InputRecord>? Processed { get; init; }

    public static (long Offset, int Count) Parse(InputRecord output)
    {
        var parts = output.Text().Split(':');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public ITaskProcessor Create(TopicPartition partition, ITaskState? state) => new Processor(this, target, state!);

    private sealed class Processor(CountingRole role, string target, ITaskState state) : ITaskProcessor
    {
        public ProcessResult Process(InputRecord record, ITaskOutput output)
        {
            role.Processing?.Invoke(record);
            var key = StateKey.User(Encoding.UTF8.GetString(record.Key!));
            var count = 1 + (state.Get(key) is { } held ? BitConverter.ToInt32(held) : 0);
            state.Put(key, BitConverter.GetBytes(count));
            var value = string.Create(CultureInfo.InvariantCulture, $"{record.Offset}:{count}");
            output.Publish(new(target, record.Key, Encoding.UTF8.GetBytes(value), []), record, record.AppendTimeMs);
            role.Processed?.Invoke(record);
            return ProcessResult.Applied;
        }

        public bool EndBatch() => true;

        public void SaveState()
        {
        }

        public void Close()
        {
        }
    }
}
