using System.Globalization;
using System.Text;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Server.Commands;

namespace Streaming.Server.Replay;

/// <summary>
/// How much of a data set a topic already holds: the index of the last record of each partition, from its CloudEvents id. A partition gets a
/// data set's records in their order, so everything up to that index that belongs there is there, and nothing is produced twice.
/// </summary>
internal sealed class ResumePoint
{
    private readonly long[] _lastIndex;

    private ResumePoint(long[] lastIndex) => _lastIndex = lastIndex;

    /// <summary>Records that were there already.</summary>
    public bool IsFresh => _lastIndex.All(i => i < 0);

    public bool Holds(int partition, long index) => index <= _lastIndex[partition];

    public static string IdOf(string dataSet, long index) => string.Create(CultureInfo.InvariantCulture, $"{dataSet}/{index}");

    /// <exception cref="CommandException">The topic holds records of something else, which a replay cannot go on from.</exception>
    public static ResumePoint Find(ILogReader log, string topic, int partitions, string dataSet)
    {
        var last = new long[partitions];
        for (var p = 0; p < partitions; p++)
        {
            var end = log.ReadAt(new(topic, p), -1).EndOffset;
            last[p] = end == 0 ? -1 : IndexOf(log.ReadAt(new(topic, p), end - 1).Record, topic, dataSet);
        }
        return new(last);
    }

    private static long IndexOf(InputRecord? record, string topic, string dataSet)
    {
        var id = record?.Headers.FirstOrDefault(h => h.Name == CloudEvents.IdHeader).Value is { } value ? Encoding.UTF8.GetString(value) : "";
        return id.StartsWith(dataSet + "/", StringComparison.Ordinal) && long.TryParse(id.AsSpan(dataSet.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw new CommandException($"topic '{topic}' holds records that are not from {dataSet}: replay into other topics with --prefix, or into another cluster");
    }
}
