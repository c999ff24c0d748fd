using System.CommandLine;
using Google.Protobuf;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming produce TOPIC</c>: JSON lines in, checked records out.</summary>
internal static class ProduceCommand
{
    private const int MaxInFlight = 10_000;

    public static Command Create(KafkaSettings settings)
    {
        var name = new Argument<string>("topic") { Description = "user-events, creatives or memory-updates" };
        var file = new Option<string?>("--file") { Description = "JSON lines, one message a line, fields as in schemas/ [default: standard input]" };
        var json = JsonOption.Create();
        var command = new Command("produce", "Produce JSON lines to an input topic; a bad line is reported and left out") { name, file, json };
        var topology = new TopologyOption(command);
        var cluster = new ClusterOptions(command, settings, required: true);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pipeline = topology.Read(result).Topology;
            var topic = MessageTopic.Find(pipeline.Topics, result.GetValue(name)!, forProducing: true);
            using var input = result.GetValue(file) is { } path ? Open(path) : Console.In;
            using var open = await cluster.ConnectAsync(result, cancellationToken);
            using var producer = new StreamingProducer(open.Client("/streaming/produce"), pipeline, TimeProvider.System);
            var (sent, bad) = await ProduceAsync(producer, topic, input, cancellationToken);
            Answer.Write(result.GetValue(json), new { sent, bad }, $"{sent} sent, {bad} left out");
            return bad == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--file '{path}': {e.Message}");
        }
    }

    private static async Task<(long Sent, long Bad)> ProduceAsync(StreamingProducer producer, MessageTopic topic, TextReader input, CancellationToken cancellationToken)
    {
        long sent = 0, bad = 0, number = 0;
        var deliveries = new Queue<Task>();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (line.Length == 0)
                continue;
            try
            {
                deliveries.Enqueue(SendAsync(producer, JsonParser.Default.Parse(line, topic.Message)));
                sent++;
            }
            catch (Exception e) when (e is InvalidJsonException or InvalidProtocolBufferException or InvalidMessageException)
            {
                bad++;
                await Console.Error.WriteLineAsync($"streaming: line {number}: {e.Message}");
            }
            if (deliveries.Count > MaxInFlight)
                await deliveries.Dequeue();
        }
        await Task.WhenAll(deliveries);
        return (sent, bad);
    }

    private static Task SendAsync(StreamingProducer producer, IMessage message) => message switch
    {
        UserEvent userEvent => producer.SendAsync(userEvent),
        Creative creative => producer.SendAsync(creative),
        MemoryUpdate update => producer.SendAsync(update),
        _ => throw new ArgumentException($"{message.Descriptor.Name} is not produced", nameof(message)),
    };
}
