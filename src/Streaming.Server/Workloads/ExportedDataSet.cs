using System.Text.Json;
using Streaming.Core.Contracts;
using Streaming.Server.Export;

namespace Streaming.Server.Workloads;

/// <summary>What <c>streaming export</c> wrote, as a data set again: a codebook can be trained on the creatives of a running platform.</summary>
/// <remarks>
/// A creative's title is the whole text that the encoder saw, so that it is encoded as it was; its other fields are not there. Creatives are one
/// millisecond older than the first event. Events that name a creative which the export lacks are passed over; those of one user are numbered.
/// </remarks>
public sealed class ExportedDataSet : IDataSet
{
    internal const string Layout = $"an export ({EventLogExport.CreativesFile} and {EventLogExport.EventsFile})";

    private readonly string _creatives;
    private readonly string _events;
    private readonly long _shiftMs;

    private ExportedDataSet(string creatives, string events, TimeSpan timeShift)
    {
        (_creatives, _events) = (creatives, events);
        _shiftMs = (long)timeShift.TotalMilliseconds;
    }

    /// <inheritdoc/>
    public string Name => "Export";

    /// <summary>The data set, or null where the directory does not hold its files.</summary>
    internal static ExportedDataSet? TryOpen(string directory, TimeSpan timeShift)
    {
        string creatives = Path.Combine(directory, EventLogExport.CreativesFile), events = Path.Combine(directory, EventLogExport.EventsFile);
        return File.Exists(creatives) && File.Exists(events) ? new ExportedDataSet(creatives, events, timeShift) : null;
    }

    /// <inheritdoc/>
    public IEnumerable<WorkloadRecord> Read()
    {
        long index = 0;
        HashSet<string> known = [];
        long createdMs = Lines(_events, EventTimeMs).DefaultIfEmpty(1).First() - 1;
        foreach (Creative creative in Lines(_creatives, line => ToCreative(line, createdMs)))
        {
            known.Add(creative.CreativeId);
            yield return WorkloadRecord.Of(index++, creative);
        }

        Dictionary<string, int> counts = [];
        foreach (UserEvent happened in Lines(_events, ToEvent).Where(e => known.Contains(e.CreativeId)))
        {
            int count = counts[happened.UserId] = counts.GetValueOrDefault(happened.UserId) + 1;
            happened.EventId = $"{happened.UserId}-{count}";
            yield return WorkloadRecord.Of(index++, happened);
        }
    }

    private static Creative ToCreative(JsonElement line, long createdMs)
    {
        var creative = new Creative { CreativeId = Text(line, "creative_id"), EventTimeMs = createdMs };
        creative.Texts.Add(new CreativeText { Role = "title", Text = Text(line, "text") });
        return creative;
    }

    private UserEvent ToEvent(JsonElement line) => new()
    {
        UserId = Text(line, "user_id"),
        CreativeId = Text(line, "creative_id"),
        Action = Text(line, "action"),
        EventTimeMs = EventTimeMs(line),
        Value = line.GetProperty("value").GetDouble(),
    };

    private long EventTimeMs(JsonElement line) => line.GetProperty("event_time_ms").GetInt64() + _shiftMs;

    private static string Text(JsonElement line, string field) => line.GetProperty(field).GetString() ?? throw new InvalidOperationException($"{field} is null");

    private static IEnumerable<T> Lines<T>(string file, Func<JsonElement, T> parse)
    {
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            yield return Parse(file, number, line, parse);
        }
    }

    private static T Parse<T>(string file, int number, string line, Func<JsonElement, T> parse)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return parse(document.RootElement);
        }
        catch (Exception cause) when (cause is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DataSetException(file, $"line {number}", "the line", line, "an object as `streaming export` writes it is needed", cause);
        }
    }
}
