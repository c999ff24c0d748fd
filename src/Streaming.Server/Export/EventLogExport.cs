using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Events;
using Streaming.Core.Topologies;
using Streaming.Models.Encoders;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Export;

/// <summary>Writes a stream of records as the files that models are trained from: what a platform would have applied, in the order of arrival.</summary>
/// <remarks>
/// <para><c>events.jsonl</c>, a line an event: <c>{"user_id","creative_id","action","event_time_ms","value"}</c>.</para>
/// <para>
/// <c>creatives.jsonl</c>, a line a creative, in the order in which they first came, each as it was last:
/// <c>{"creative_id","text","attributes":[…],"embedding":[…]}</c>. The text is the one that the encoder sees, the embedding what it makes of it.
/// </para>
/// <para>Records that break the contract's rules and events that came before (by user and event ID) are left out and counted. In memory are the creatives and the event IDs.</para>
/// </remarks>
internal sealed class EventLogExport(Topology topology, CreativeEncoder encoder, TimeProvider clock)
{
    public const string EventsFile = "events.jsonl";
    public const string CreativesFile = "creatives.jsonl";

    private readonly UserEventRules _eventRules = new(topology.Actions, new EventTimeRange(topology.Runtime.MaxEventTimeAhead));
    private readonly CreativeRules _creativeRules = new(new EventTimeRange(topology.Runtime.MaxEventTimeAhead));
    private readonly Dictionary<string, int> _positions = [];
    private readonly List<Creative> _creatives = [];
    private readonly HashSet<(string User, string Event)> _seen = [];
    private readonly HashSet<string> _users = [];
    private readonly HashSet<string> _named = [];
    private long _events;
    private long _rejected;
    private long _duplicates;

    /// <summary>Writes both files; the folder is created, existing files are replaced.</summary>
    /// <param name="records">Creatives and events by arrival.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="progress">Shown meanwhile.</param>
    /// <param name="expectedEvents">Length of the first bar.</param>
    /// <param name="cancellationToken">Ends it, with files half written.</param>
    public ExportSummary Write(IEnumerable<WorkloadRecord> records, string folder, Progress progress, long expectedEvents, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        WriteEvents(records, Path.Combine(folder, EventsFile), progress.Begin("events", expectedEvents), cancellationToken);
        WriteCreatives(Path.Combine(folder, CreativesFile), progress.Begin("creatives", _creatives.Count), cancellationToken);
        return new(_events, _users.Count, _creatives.Count, _rejected, _duplicates, _named.Count(id => !_positions.ContainsKey(id)));
    }

    private void WriteEvents(IEnumerable<WorkloadRecord> records, string path, ProgressStep step, CancellationToken cancellationToken)
    {
        using var lines = new JsonLines(path);
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Kind != WorkloadKind.Creative)
                step.Advance();
            if (record.Creative is { } creative)
                Take(creative, record.Key);
            else if (record.Event is { } happened && IsNew(happened, record.Key))
                Write(lines, happened);
            else if (record.Kind == WorkloadKind.Raw)
                _rejected++;
        }
    }

    private void Take(Creative creative, string key)
    {
        if (_creativeRules.Check(creative, key, clock.GetUtcNow()) is not null)
            _rejected++;
        else if (_positions.TryAdd(creative.CreativeId, _creatives.Count))
            _creatives.Add(creative);
        else
            _creatives[_positions[creative.CreativeId]] = creative;
    }

    private bool IsNew(UserEvent happened, string key)
    {
        if (_eventRules.Check(happened, key, clock.GetUtcNow()) is not null)
        {
            _rejected++;
            return false;
        }
        if (_seen.Add((happened.UserId, happened.EventId)))
            return true;
        _duplicates++;
        return false;
    }

    private void Write(JsonLines lines, UserEvent happened)
    {
        _events++;
        _users.Add(happened.UserId);
        _named.Add(happened.CreativeId);
        lines.Write(json =>
        {
            json.WriteString("user_id", happened.UserId);
            json.WriteString("creative_id", happened.CreativeId);
            json.WriteString("action", happened.Action);
            json.WriteNumber("event_time_ms", happened.EventTimeMs);
            json.WriteNumber("value", happened.Value);
        });
    }

    private void WriteCreatives(string path, ProgressStep step, CancellationToken cancellationToken)
    {
        var embedding = new float[encoder.Dimension];
        using var lines = new JsonLines(path);
        foreach (var creative in _creatives)
        {
            cancellationToken.ThrowIfCancellationRequested();
            step.Advance();
            var text = CreativeTextComposer.Compose(creative);
            encoder.Encode([text], embedding);
            lines.Write(json =>
            {
                json.WriteString("creative_id", creative.CreativeId);
                json.WriteString("text", text);
                json.WriteStartArray("attributes");
                foreach (var attribute in CreativeAttributes.Of(creative))
                    json.WriteStringValue(attribute);
                json.WriteEndArray();
                json.WriteStartArray("embedding");
                foreach (var value in embedding)
                    json.WriteNumberValue(value);
                json.WriteEndArray();
            });
        }
    }
}
