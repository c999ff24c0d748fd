using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming tail TOPIC</c>: records of a topic, decoded.</summary>
internal static class TailCommand
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    public static Command Create(KafkaSettings settings)
    {
        var name = new Argument<string>("topic") { Description = "user-events, creatives, memory-updates, user-features, creative-features, memory-changes, model-registry, or one of them with .dlq" };
        var fromBeginning = new Option<bool>("--from-beginning") { Description = "Start with the oldest record instead of the next one" };
        var max = new Option<long?>("--max") { Description = "Stop after this many records" };
        var json = JsonOption.Create();
        var command = new Command("tail", "Print the records of a topic, decoded, until Ctrl-C") { name, fromBeginning, max, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var topic = MessageTopic.Find(topology.Read(result).Topology.Topics, result.GetValue(name)!, forProducing: false);
            using var open = await cluster.ConnectAsync(result, cancellationToken);
            var reader = new Kafka.Clients.KafkaLogReader(open.Options, Logging.To(LogLevel.Warning).CreateLogger<Kafka.Clients.KafkaLogReader>());
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var live = result.GetValue(fromBeginning);
            long printed = 0;
            await reader.ReadAllAsync(
                topic.Topic,
                record =>
                {
                    if (!live || printed >= (result.GetValue(max) ?? long.MaxValue))
                        return;
                    Console.WriteLine(result.GetValue(json) ? Json(record, topic).ToJsonString(Answer.Json) : Line(record, topic));
                    if (++printed >= (result.GetValue(max) ?? long.MaxValue))
                        enough.Cancel();
                },
                () => live = true,
                enough.Token);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Line(InputRecord record, MessageTopic topic)
    {
        var error = record.Headers.FirstOrDefault(h => h.Name == DeadLetterHeaders.Message).Value;
        var time = DateTimeOffset.FromUnixTimeMilliseconds(record.AppendTimeMs).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var reason = error is null ? "" : $"  [{Encoding.UTF8.GetString(error)}]";
        return $"{time} {record.Source}@{record.Offset} {Key(record)}{reason} {Value(record, topic)?.ToJsonString(Answer.Json) ?? "(tombstone)"}";
    }

    private static JsonObject Json(InputRecord record, MessageTopic topic)
    {
        var headers = new JsonObject();
        foreach (var header in record.Headers)
            headers[header.Name] = Encoding.UTF8.GetString(header.Value);
        return new JsonObject
        {
            ["partition"] = record.Source.Partition,
            ["offset"] = record.Offset,
            ["append_time_ms"] = record.AppendTimeMs,
            ["key"] = Key(record),
            ["headers"] = headers,
            ["value"] = Value(record, topic),
        };
    }

    private static string? Key(InputRecord record) => record.Key is null ? null : Encoding.UTF8.GetString(record.Key);

    // A dead letter may hold anything: what is no message is shown as bytes.
    private static JsonNode? Value(InputRecord record, MessageTopic topic)
    {
        if (record.Value is null)
            return null;
        try
        {
            return JsonNode.Parse(Formatter.Format(topic.Message.Parser.ParseFrom(record.Value)));
        }
        catch (InvalidProtocolBufferException)
        {
            return new JsonObject { ["bytes"] = Convert.ToBase64String(record.Value) };
        }
    }
}
